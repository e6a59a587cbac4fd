import { countingEvents } from '../../register-steps.ts';
import { QUALITY_OF_EVENT } from '../quality-codes.ts';
import type { ChannelFacts, ValidationException } from '../validation-types.ts';
import type { ValidationRules } from '../validation-rules.ts';

/** What the watch of registers found: rollovers are usual, the rest is not. */
export function handOnEvents(
  { events }: ChannelFacts,
  rules: ValidationRules,
  untilUs: number,
  found: ValidationException[],
): void {
  for (const event of countingEvents(events ?? [])) {
    if (event.tsUs > untilUs) break;
    const { kind, tsUs, value, before, after } = event;
    // what lies before the reading that counts again is concerned, and of a new level that reading itself
    const isLevel = kind === 'rollover' || kind === 'reset' || kind === 'swap';
    const endUs = after === undefined ? untilUs : isLevel ? after.tsUs : after.tsUs - 1;
    found.push({
      rule: 'register_event',
      severity: kind === 'rollover' ? 'info' : rules.register_event.severity,
      code: QUALITY_OF_EVENT[kind],
      fromUs: tsUs,
      toUs: Math.max(tsUs, Math.min(endUs, untilUs)),
      marks: true,
      value,
      expected: before.value,
    });
  }
}
