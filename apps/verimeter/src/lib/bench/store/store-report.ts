import type { StoreSize } from '@verimeter/reading-store';
import { table } from '../../output.ts';
import type { EngineName, StorePart } from './engine.ts';
import type { Preparation } from './preparation.ts';
import type { Latency, MatrixRate } from './read-latencies.ts';
import type { WriteRate } from './write-rates.ts';

/** What was measured of one engine. */
export interface StoreFigures {
  readonly engine: EngineName;
  readonly version: string;
  readonly readings: number;
  readonly channels: number;
  readonly preparation: Preparation;
  readonly size: StoreSize;
  readonly writes: readonly WriteRate[];
  readonly latencies: readonly Latency[];
  readonly matrix: MatrixRate | undefined;
  readonly parts: readonly PartFigures[];
}

/** The same of a part that is held in a form of its own. */
export interface PartFigures extends StorePart {
  readonly latencies: readonly Latency[];
  readonly matrix: MatrixRate;
}

const WHAT: Readonly<Record<Latency['what'], string>> = {
  latest: 'latest reading',
  raw_30_days: '30 days of readings',
  months_of_a_year: 'a year by month',
};

/** The result as text. */
export function storeReport(figures: readonly StoreFigures[]): string {
  return figures.map(engineText).join('\n\n');
}

function engineText(one: StoreFigures): string {
  const { compressedBytes, bytes } = one.size;
  const lines = [
    `${one.engine} (${one.version}): ${one.readings} readings of ${one.channels} channels`,
    `${(bytes / one.readings).toFixed(2)} bytes a reading${
      compressedBytes === 0
        ? ''
        : `, ${(compressedBytes / one.readings).toFixed(2)} of them compressed or in Parquet`
    }`,
  ];
  const { preparation } = one;
  if (preparation.filled_readings > 0)
    lines.push(
      `${preparation.filled_readings} readings made in ${preparation.fill_seconds.toFixed(1)} s${
        preparation.bytes_as_filled === undefined
          ? ''
          : `, ${(preparation.bytes_as_filled / one.readings).toFixed(2)} bytes each before upkeep`
      }`,
    );
  if (preparation.summed_days > 0)
    lines.push(
      `${preparation.summed_days} days of channels summed up and old months made smaller in ${preparation.tend_seconds.toFixed(1)} s`,
    );
  if (one.latencies.length > 0) lines.push('', latenciesText(one.latencies));
  if (one.matrix !== undefined) lines.push('', matrixText(one.matrix));
  for (const part of one.parts)
    lines.push(
      '',
      `${part.what}: ${part.readings} readings, ${(part.bytes / part.readings).toFixed(2)} bytes each`,
      latenciesText(part.latencies),
      matrixText(part.matrix),
    );
  if (one.writes.length > 0) lines.push('', writesText(one.writes));
  return lines.join('\n');
}

function writesText(writes: readonly WriteRate[]): string {
  const head = ['batch', 'known', 'readings/s', 'from-to', 'engine alone', 'ratio'];
  const rows = writes.map((one) => [
    String(one.batch),
    `${one.duplicates * 100} %`,
    one.readings_per_second.toFixed(0),
    `${one.lowest.toFixed(0)}-${one.highest.toFixed(0)}`,
    one.own_readings_per_second.toFixed(0),
    one.ratio.toFixed(2),
  ]);
  return table([head, ...rows], new Set(head.keys()));
}

function latenciesText(latencies: readonly Latency[]): string {
  const head = ['ms', 'p50', 'p99', 'engine alone p50', 'p99'];
  const rows = latencies.flatMap((one) =>
    [
      { text: WHAT[one.what], times: one },
      ...(one.unqueued === undefined
        ? []
        : [{ text: '  without waiting for a processor', times: one.unqueued }]),
    ].map(({ text, times }) => [
      text,
      ...[times.p50, times.p99, times.own_p50, times.own_p99].map((ms) => ms.toFixed(1)),
    ]),
  );
  return table([head, ...rows], new Set([1, 2, 3, 4]));
}

function matrixText(one: MatrixRate): string {
  const perProcessor =
    one.readings_per_processor_second === undefined
      ? ''
      : `; ${one.readings_per_processor_second.toFixed(0)} per second of processor time, database and all`;
  return `60 channels x 30 days: ${one.readings_per_second.toFixed(0)} readings/s, engine alone ${one.own_readings_per_second.toFixed(0)}${perProcessor}`;
}
