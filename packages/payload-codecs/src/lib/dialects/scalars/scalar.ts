import type { MessageFindings } from '../../foreign/message-findings.ts';
import { plainNumber } from '../../foreign/plain-number.ts';
import type { NamedField } from '../../foreign/source.ts';
import { type PointTime, arrivalTime } from '../../foreign/times.ts';

/** Longer texts are no number. */
const LONGEST = 200;

/** Whether a payload is no longer than one value can be. */
export const isScalarSized = ({ message }: MessageFindings): boolean =>
  message.payload.length <= LONGEST;

/** The payload of a topic that holds one value; undefined: none, or more than a number takes. */
export function scalarText(findings: MessageFindings): string | undefined {
  if (!isScalarSized(findings)) return undefined;
  return findings.text()?.trim();
}

/** The number that the payload is, or else its text. */
export function scalarOf(findings: MessageFindings): number | string | undefined {
  const plain = plainNumber(findings.message.payload);
  return Number.isNaN(plain) ? scalarText(findings) : plain;
}

/**
 * The one value of a topic. Of another message of the device nothing is known here, and nothing needed (SC-02): a register that shows 0 once is
 * told as it is (SC-06). Names that mean nothing are ignored: such topics bring far more than readings.
 */
export function readScalar(
  findings: MessageFindings,
  device: string,
  name: string,
  known: NamedField | undefined,
  time: PointTime = arrivalTime(findings.message.receivedAtUs),
  channel = '',
): void {
  const raw = scalarOf(findings);
  findings.silent();
  if (raw === undefined || raw === '') return;
  if (findings.device(device, channel)?.named(name, raw, time, name, known) === false)
    findings.ignore(name);
}
