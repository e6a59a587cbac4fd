import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { type P1Options, decodeTelegram } from './p1/meters.ts';
import { laterCount } from './p1/failure-counts.ts';
import { telegramsIn } from './p1/telegram.ts';

/*
 * topic   = as the bridge at the P1 port is set up
 * payload = whole telegram, p1/telegram.ts ; several are read one after the other
 * The zone of the source is that of the meters; UTC stands for Central European Time.
 */

/** A meter sends one a second at most; a payload with more is no bridge's. */
const MOST_TELEGRAMS = 100;
const PRESENCE = /^\s*(?:online|offline|true|false)?\s*$/i;

export const dsmrP1: Dialect = {
  name: 'dsmr-p1',
  title: 'DSMR and e-MUCS P1 telegrams',
  filters: [],
  options: {
    allow_without_crc: 'true: telegrams without CRC are read as well (meters of DSMR 2.2 and 3.0)',
  },
  create: ({ options }, state = new Map()) => {
    const allowWithoutCrc = options['allow_without_crc'] === true;
    return {
      decode: (findings) =>
        decode(findings, { allowWithoutCrc, fallbackId: findings.message.topic, state }),
      state,
      merge: (_, kept, own) => laterCount(kept, own),
    };
  },
};

function decode(findings: MessageFindings, options: P1Options): void {
  const text = findings.text();
  if (text === undefined) return;
  if (PRESENCE.test(text)) {
    findings.silent();
    return;
  }
  const telegrams = telegramsIn(text);
  if (telegrams.length === 0)
    findings.reject('malformed', '', 'there is no telegram: none of its lines begins with "/"');
  for (const lines of telegrams.slice(0, MOST_TELEGRAMS)) decodeTelegram(lines, findings, options);
  const rest = telegrams.length - MOST_TELEGRAMS;
  if (rest > 0) {
    const message = `more than ${MOST_TELEGRAMS} telegrams: publish each by itself`;
    findings.reject('too_large', '', message, rest);
  }
}
