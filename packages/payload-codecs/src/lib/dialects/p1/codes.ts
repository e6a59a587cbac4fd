import { quantityOfObis } from '@verimeter/telemetry';
import { remembered } from '../../foreign/remember.ts';

/*
 * obis = A "-" B ":" C "." D "." E [ "*" F ]
 */
const OBIS = /^(\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3})(?:\*\d{1,3})?$/;
const SUB_METER = /^0-([1-9]\d{0,2}):(24\.1\.0|24\.2\.[13]|24\.3\.0|96\.1\.[01])$/;
/** Codes behind the colon that are no readings: not worth a mention as unknown. */
const KNOWN = new Set(
  (
    '0.2.8 1.0.0 96.1.0 96.1.1 96.1.2 96.1.4 42.0.0 96.14.0 96.13.0 96.13.1 96.3.10 96.7.9 96.7.19 96.7.21 99.97.0 ' +
    '17.0.0 31.4.0 24.1.0 24.2.1 24.2.3 24.3.0 24.4.0 1.4.0 1.6.0 98.1.0 1.7.0 2.7.0 3.7.0 4.7.0 ' +
    '1.8.1 1.8.2 2.8.1 2.8.2 21.7.0 22.7.0 23.7.0 24.7.0 41.7.0 42.7.0 43.7.0 44.7.0 61.7.0 62.7.0 63.7.0 64.7.0 ' +
    '32.32.0 52.32.0 72.32.0 32.36.0 52.36.0 72.36.0'
  ).split(' '),
);

/** What a code says of the values behind it. */
export interface P1Code {
  /** A-B:C.D.E */
  readonly code: string;
  /** Of the catalogue, where the code is one of its aliases for the electricity meter. */
  readonly quantity: string | undefined;
  /** Of a meter behind it: its channel, and what of it. */
  readonly subMeter: { readonly n: string; readonly what: string } | undefined;
  /** Neither a reading nor what is known to be none. */
  readonly isUnknown: boolean;
}

/** The code that a text is; null: none. Every telegram brings the same few dozen. */
export const codeOf = remembered((text): P1Code | null => {
  const code = OBIS.exec(text)?.[1];
  if (code === undefined) return null;
  const quantity = code.startsWith('1-0:') ? quantityOfObis(code)?.name : undefined;
  const [, n, what] = SUB_METER.exec(code) ?? [];
  return {
    code,
    quantity,
    subMeter: n === undefined || what === undefined ? undefined : { n, what },
    isUnknown: quantity === undefined && !KNOWN.has(code.slice(code.indexOf(':') + 1)),
  };
});
