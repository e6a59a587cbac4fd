import type { RegisterEventKind } from '../register-events.ts';
import type { ValidationException } from './validation-types.ts';

/**
 * IEC 61968-9 qualities `system.category.index` that Verimeter gives; system 3 is the meter data management. A reading may have several;
 * one without any is good.
 */
export const QUALITY = {
  reverseRotation: '3.3.4',
  staticData: '3.3.5',
  overflow: '3.4.1',
  partialInterval: '3.4.2',
  longInterval: '3.4.3',
  configurationChanged: '3.4.6',
  reset: '3.4.8',
  outsideRange: '3.5.256',
  errorCode: '3.5.257',
  suspect: '3.5.258',
  missing: '3.5.259',
  failed: '3.6.0',
  zeroUsage: '3.6.1',
  usageAbove: '3.6.3',
  usageAbovePercent: '3.6.5',
  usageBelowPercent: '3.6.6',
  edited: '3.7.0',
  added: '3.7.1',
  rejected: '3.7.3',
  estimated: '3.8.0',
  accepted: '3.10.1',
} as const;

export const QUALITY_OF_EVENT: Readonly<Record<RegisterEventKind, string>> = {
  rollover: QUALITY.overflow,
  reset: QUALITY.reset,
  swap: QUALITY.configurationChanged,
  glitch: QUALITY.suspect,
  backwards: QUALITY.reverseRotation,
};

/** Codes of the reading at an instant, each once, in the order of the exceptions. */
export function qualityAt(
  exceptions: readonly Pick<ValidationException, 'code' | 'fromUs' | 'toUs' | 'marks'>[],
  tsUs: number,
): string[] {
  const codes: string[] = [];
  for (const { code, fromUs, toUs, marks } of exceptions)
    if (marks && fromUs <= tsUs && tsUs <= toUs && !codes.includes(code)) codes.push(code);
  return codes;
}
