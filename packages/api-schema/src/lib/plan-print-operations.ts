import { printQuery } from './documents.ts';
import { type Operation } from './operation.ts';
import { plainText } from './plain-text.ts';
import { planPath } from './plans.ts';

const workOrderPrintQuery = printQuery.extend({
  order: plainText(60)
    .optional()
    .meta({
      description: 'Number of one work order; default: all of the plan',
      examples: ['2026-12-7-01'],
    }),
});

/** Plans to take along. */
export const planPrintOperations = {
  printWorkOrders: {
    method: 'GET',
    path: '/plans/{id}/work-orders.pdf',
    tag: 'Plans',
    summary: 'Work orders to print, with a code at each device to enter its result',
    role: 'viewer',
    params: planPath,
    query: workOrderPrintQuery,
    status: 200,
    contentType: 'application/pdf',
    problems: ['not_found'],
  },
  getPlanWorkbook: {
    method: 'GET',
    path: '/plans/{id}.xlsx',
    tag: 'Plans',
    summary: 'The items of a plan as a workbook, in the order of the way, with columns to fill in',
    role: 'viewer',
    params: planPath,
    query: printQuery,
    status: 200,
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    problems: ['not_found'],
  },
} as const satisfies Record<string, Operation>;
