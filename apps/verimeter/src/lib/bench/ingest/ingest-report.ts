import { median } from '@verimeter/statistics';
import { table } from '../../output.ts';
import type { Throughput } from './bench-ingest.ts';
import type { Latency } from './visibility.ts';

const PROCESSES = ['program', 'database', 'generator'];

/** The result as text. */
export function ingestReport(
  system: string,
  throughputs: readonly Throughput[],
  latencies: readonly Latency[],
  peakBytes: number | undefined,
): string {
  const groups = Map.groupBy(throughputs, ({ workload, kind }) => `${workload} ${kind}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const rates = group.map((one) => one.messages_per_second);
    return [
      [
        `${first.workload === 'single' ? 'messages of three readings' : 'load profiles of 96'}, ${first.kind === 'drain' ? 'drain of a queue' : 'closed loop'}`,
        median(rates).toFixed(0),
        `${Math.min(...rates).toFixed(0)}-${Math.max(...rates).toFixed(0)}`,
        median(group.map((one) => one.readings_per_second)).toFixed(0),
        median(group.map((one) => one.raw_readings_per_second)).toFixed(0),
        median(group.map((one) => one.readings_per_second / one.raw_readings_per_second)).toFixed(
          2,
        ),
        ...PROCESSES.map((name) => {
          const seconds = group.flatMap(({ processor }) => processor[name] ?? []);
          return seconds.length === 0 ? '' : median(seconds).toFixed(1);
        }),
      ],
    ];
  });
  const head = [
    '',
    'messages/s',
    'from-to',
    'readings/s',
    'COPY alone, rows/s',
    'ratio',
    ...PROCESSES,
  ];
  const lines = [
    `${system}; medians; processor seconds per 100,000 messages`,
    table([head, ...rows], new Set(head.keys())),
  ];
  if (latencies.length > 0) {
    const cells = [...Map.groupBy(latencies, ({ rate }) => rate)].map(([rate, rounds]) => {
      const p99 = rounds.map((one) => one.p99);
      return [
        String(rate),
        median(rounds.map((one) => one.p50)).toFixed(0),
        median(p99).toFixed(0),
        `${Math.min(...p99).toFixed(0)}-${Math.max(...p99).toFixed(0)}`,
        median(rounds.map((one) => one.max)).toFixed(0),
      ];
    });
    const latencyHead = ['messages/s', 'p50, ms', 'p99, ms', 'from-to', 'max, ms'];
    lines.push(
      'publish to visible, medians of the rounds:',
      table([latencyHead, ...cells], new Set(latencyHead.keys())),
    );
  }
  if (peakBytes !== undefined)
    lines.push(`peak memory of the program: ${(peakBytes / 1e6).toFixed(0)} MB`);
  return lines.join('\n');
}
