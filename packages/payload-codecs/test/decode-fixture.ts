import { flagNames, formatTimestamp } from '@verimeter/telemetry';
import type { DialectFixture } from '@verimeter/test-support';
import {
  type Decoded,
  type DialectDecoder,
  type SourceSettings,
  decodeForeign,
  findDialect,
  sourceSettings,
} from '../src/index.ts';

/** Settings as a fixture gives them; the filter is that of an installation as it comes. */
export function fixtureSettings({ dialect, source }: DialectFixture): SourceSettings {
  const [filter = '#'] = findDialect(dialect)?.filters ?? [];
  return sourceSettings({ tenant: 'demo', name: dialect, filter, ...source });
}

export function fixtureDecoder(fixture: DialectFixture): {
  readonly decoder: DialectDecoder;
  readonly settings: SourceSettings;
} {
  const dialect = findDialect(fixture.dialect);
  if (dialect === undefined) throw new Error(`there is no dialect ${fixture.dialect}`);
  const settings = fixtureSettings(fixture);
  return { decoder: dialect.create(settings), settings };
}

/** What all messages of a fixture say, one after the other. */
export function decodeFixture(fixture: DialectFixture): Decoded[] {
  const { decoder, settings } = fixtureDecoder(fixture);
  return fixture.messages.flatMap((message) => [
    ...decodeForeign(decoder, message, settings).parts,
  ]);
}

const instant = (tsUs: number): string => formatTimestamp(tsUs).replace('.000Z', 'Z');

export type ReadingRow = (string | number)[];

/** Readings in the words of a fixture. A retained message has none at arrival time: the worker leaves them out. */
export const readingRows = (parts: readonly Decoded[]): ReadingRow[] =>
  parts.flatMap(({ readings }) =>
    readings.map(({ deviceId, quantity, value, unit, tsUs, tsSource, flags }) => [
      deviceId,
      quantity,
      value,
      unit ?? '',
      instant(tsUs),
      ...(tsSource === 'device' ? [] : [tsSource]),
      ...flagNames(flags),
    ]),
  );

/** Events, without the ends of what was never told to have begun and of clocks. */
export function eventRows(parts: readonly Decoded[]): string[][] {
  const begun = new Set<string>();
  return parts.flatMap(({ events }) =>
    events.flatMap(({ deviceId, event, state, tsUs, repeats }) => {
      const key = `${deviceId}/${event}`;
      if (state === 'active') begun.add(key);
      return state === 'cleared' && repeats === true && !begun.delete(key)
        ? []
        : [[deviceId, event, state, instant(tsUs)]];
    }),
  );
}
