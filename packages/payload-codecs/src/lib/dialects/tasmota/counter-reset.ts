import { type JsonObject, member } from '../../json.ts';
import type { DialectState } from '../../foreign/dialect.ts';
import { latestBy } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { textTime } from '../../foreign/times.ts';
import { isOfPhases } from './energy.ts';

/** Of two starts that two workers were told. */
export const laterStart = latestBy((start) => (typeof start === 'string' ? start : ''));

/** Devices whose start is remembered; more than one source has. */
const MOST_DEVICES = 100_000;

/** A new start of the total says that the counter was set back then (TE-03); one before 2005 says nothing. */
export function noteReset(
  energy: JsonObject,
  id: string,
  findings: MessageFindings,
  state: DialectState | undefined,
): void {
  const { retain, replayed } = findings.message;
  const start = member(energy, 'TotalStartTime');
  if (typeof start !== 'string' || state === undefined || retain || replayed === true) return;
  const time = textTime(start, findings.times);
  if (time.tsSource !== 'device') return;
  const key = `start:${id}`;
  const known = state.get(key);
  if (known === start || (known === undefined && state.size >= MOST_DEVICES)) return;
  state.set(key, start);
  if (typeof known !== 'string') return;
  const detail = `TotalStartTime ${known}, then ${start}`;
  const total = member(energy, 'Total');
  const loads = Array.isArray(total) && !isOfPhases(total, findings.settings) ? total.length : 0;
  const channels = loads === 0 ? [''] : ['1', '2', '3', '4', '5', '6', '7', '8'].slice(0, loads);
  for (const channel of channels)
    findings.device(id, channel)?.event('counter_reset', 'past', time, detail, false);
}
