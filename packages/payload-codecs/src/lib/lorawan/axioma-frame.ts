import type { JsonValue } from '../json.ts';

// The one global a pure decoder needs beyond the language to read base64: WHATWG atob.
declare const atob: (base64: string) => string;

/*
 * Axioma QALCOSONIC W1, enhanced frame of 24 h, port 100, little-endian:
 *   offset  size
 *        0     1  version of the frame: 1
 *        1     4  time, seconds since 1970
 *        5     1  status
 *        6     4  register 23 hours before the last full hour, litres
 *       10    41  bits from the lowest on: 23 x 14 litres of an hour, oldest first; 6 multiplier
 */
const FRAME_PORT = 100;
const FRAME_BYTES = 51;
const FRAME_VERSION = 1;
const DELTAS_AT = 10;
const DELTA_BITS = 14;
export const DELTAS = 23;

/** What a frame says, decoded by whomever. Volumes in whole litres. */
export interface AxiomaFrame {
  /** As sent. */
  readonly time: JsonValue | undefined;
  /** The byte of states; undefined: a codec left it out, and `states` says what it made of it. */
  readonly status: number | undefined;
  readonly states: readonly (readonly [event: string, isActive: boolean])[] | undefined;
  /** Register at the beginning of the history. */
  readonly logLitres: number | undefined;
  /** Amounts of the hours, oldest first; undefined: not all are there. */
  readonly deltas: readonly number[] | undefined;
  /** Register at the end; undefined: not stated. */
  readonly currentLitres: number | undefined;
  /** Other than 0: the amounts are scaled (LA-03). */
  readonly multiplier: number;
}

/** The frame of an uplink; a text: why it is none. */
export function readAxiomaFrame(data: string, port: number | undefined): AxiomaFrame | string {
  if (port !== undefined && port !== FRAME_PORT)
    return `port ${port}, where the hourly frame comes on ${FRAME_PORT}`;
  const bytes = bytesOf(data);
  if (bytes === undefined) return `not ${FRAME_BYTES} bytes in base64`;
  if (bytes[0] !== FRAME_VERSION) return `version ${bytes[0]} of the frame, not ${FRAME_VERSION}`;
  const deltas: number[] = [];
  for (let hour = 0; hour < DELTAS; hour += 1)
    deltas.push(bitsAt(bytes, hour * DELTA_BITS, DELTA_BITS));
  return {
    time: uint32(bytes, 1),
    status: bytes[5],
    states: undefined,
    logLitres: uint32(bytes, 6),
    deltas,
    currentLitres: undefined,
    multiplier: bitsAt(bytes, DELTAS * DELTA_BITS, 6),
  };
}

/** Up to 17 bits of the deltas, which lie in at most three bytes. */
function bitsAt(bytes: Uint8Array, from: number, count: number): number {
  const at = DELTAS_AT + (from >> 3);
  const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (three >> (from & 7)) & ((1 << count) - 1);
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) +
  (bytes[at + 3] ?? 0) * 2 ** 24;

/** The bytes of a base64 text; undefined where they are not as many as a frame has, or it is no base64. */
function bytesOf(data: string): Uint8Array | undefined {
  const base64 = data.trim();
  if (base64.length !== (FRAME_BYTES / 3) * 4) return undefined;
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    return undefined; // atob throws a DOMException on what is no base64
  }
  if (binary.length !== FRAME_BYTES) return undefined;
  const bytes = new Uint8Array(FRAME_BYTES);
  for (let at = 0; at < FRAME_BYTES; at += 1) bytes[at] = binary.codePointAt(at) ?? 0;
  return bytes;
}
