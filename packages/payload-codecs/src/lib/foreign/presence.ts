import { isObject, member } from '../json.ts';
import { parseForeignJson, textOf } from './foreign-json.ts';
import type { MessageFindings } from './message-findings.ts';

/*
 * payload = "online" / "offline" / "true" / "false", in any case / { "state": one of them } ; anything else says nothing
 */
const LONGEST = 64;
const STATES: ReadonlyMap<string, boolean> = new Map([
  ['online', true],
  ['true', true],
  ['offline', false],
  ['false', false],
]);

/** a birth or last will of a device says whether it is there, and is no reading. */
export function readPresence(findings: MessageFindings, id: string): void {
  findings.silent();
  const { payload } = findings.message;
  if (payload.length === 0 || payload.length > LONGEST) return;
  const online = STATES.get(stateOf(payload).trim().toLowerCase());
  if (online === undefined) return;
  const device = findings.device(id);
  if (device !== undefined) device.online = online;
}

function stateOf(payload: Uint8Array): string {
  const text = textOf(payload);
  if (!text.trimStart().startsWith('{')) return text;
  const parsed = parseForeignJson(payload);
  const state = parsed.ok && isObject(parsed.value) ? member(parsed.value, 'state') : undefined;
  return typeof state === 'string' ? state : '';
}
