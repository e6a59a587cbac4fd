import { accountOperations } from './account-operations.ts';
import { findingOperations } from './finding-operations.ts';
import { fleetOperations } from './fleet-operations.ts';
import { legalOperations } from './legal-operations.ts';
import { fleetTableOperations } from './fleet-table-operations.ts';
import type { Operation } from './operation.ts';
import { planOperations } from './plan-operations.ts';
import { planPrintOperations } from './plan-print-operations.ts';
import { readingOperations } from './reading-operations.ts';
import { reportOperations } from './report-operations.ts';
import { requestOperations } from './request-operations.ts';
import { resultOperations } from './result-operations.ts';
import { sessionOperations } from './session-operations.ts';
import { sourceOperations } from './source-operations.ts';
import { verificationOperations } from './verification-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

export type { Operation } from './operation.ts';

export const API_PREFIX = '/api/v1';

/** All operations by their ids, in the order in which they are described. */
export const operations = {
  ...fleetOperations,
  ...fleetTableOperations,
  ...readingOperations,
  ...resultOperations,
  ...findingOperations,
  ...accountOperations,
  ...sourceOperations,
  ...legalOperations,
  ...verificationOperations,
  ...planOperations,
  ...webhookOperations,
  ...planPrintOperations,
  ...requestOperations,
  ...reportOperations,
  ...sessionOperations,
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
