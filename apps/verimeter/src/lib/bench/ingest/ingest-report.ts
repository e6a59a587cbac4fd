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
    const cells = latencies.map((one) => [
      String(one.rate),
      one.p50.toFixed(0),
      one.p99.toFixed(0),
      one.max.toFixed(0),
    ]);
    const latencyHead = ['messages/s', 'p50, ms', 'p99, ms', 'max, ms'];
    lines.push('publish to visible:', table([latencyHead, ...cells], new Set([0, 1, 2, 3])));
  }
  if (peakBytes !== undefined)
    lines.push(`peak memory of the program: ${(peakBytes / 1e6).toFixed(0)} MB`);
  return lines.join('\n');
}
