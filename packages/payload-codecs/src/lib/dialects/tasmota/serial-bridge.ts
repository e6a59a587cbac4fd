import { type JsonObject, member } from '../../json.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { decodeTelegram } from '../p1/meters.ts';
import type { SerialLines } from '../p1/serial-lines.ts';
import type { DialectState } from '../../foreign/dialect.ts';

/*
 * RESULT = { "SerialReceived": line } / { "SSerialReceived": line } / reply to a command
 * line   = text of a P1 telegram with its CR, LF or both; an empty one counts (TP-02)
 */
const FIELDS = ['SerialReceived', 'SSerialReceived'] as const;

export interface SerialBridge {
  readonly lines: SerialLines;
  readonly state: DialectState;
  readonly allowWithoutCrc: boolean;
}

/** The lines of a telegram, one message each; the last one brings the readings. */
export function readSerial(
  payload: JsonObject,
  id: string,
  findings: MessageFindings,
  bridge: SerialBridge,
): void {
  findings.silent();
  for (const field of FIELDS) {
    const text = member(payload, field);
    if (typeof text === 'string') readText(text, field, id, findings, bridge);
  }
}

function readText(
  text: string,
  field: string,
  id: string,
  findings: MessageFindings,
  { lines, state, allowWithoutCrc }: SerialBridge,
): void {
  const { retain, replayed, receivedAtUs } = findings.message;
  if (retain) return;
  if (replayed === true) {
    const message = 'a line of a telegram says nothing without the others';
    findings.reject('malformed', field, message);
    return;
  }
  for (const line of linesOf(text)) {
    const heard = lines.add(id, line, receivedAtUs);
    if (heard.kind === 'complete')
      decodeTelegram(heard.lines, findings, { allowWithoutCrc, fallbackId: id, state });
    else if (heard.kind === 'anew')
      findings.reject('malformed', field, 'the telegram before had no last line with "!"');
    else if (heard.kind === 'stray' && line.startsWith('!'))
      findings.reject('malformed', field, 'the telegram had no first line with "/", or took 10 s');
  }
}

/** The lines of a text without their ends; a last one that is empty is only the end of the one before. */
function linesOf(text: string): string[] {
  let end = text.length;
  if (text.endsWith('\n')) end -= 1;
  if (end > 0 && text[end - 1] === '\r') end -= 1;
  const inner = text.slice(0, end);
  return inner.includes('\r') || inner.includes('\n') ? inner.split(/\r\n|\r|\n/) : [inner];
}
