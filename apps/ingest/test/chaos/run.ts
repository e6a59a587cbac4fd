import { parseArgs } from 'node:util';
import { type Kill, LEAST_UNACKNOWLEDGED, runChaos } from './run-chaos.ts';

// npm run test:chaos -- [--kills 12] [--messages 60000] [--seed 1] [--early-ack]
// --early-ack: the worker acknowledges on receipt; then the comparison must find losses.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '12' },
    messages: { type: 'string', default: '60000' },
    seed: { type: 'string', default: '1' },
    'early-ack': { type: 'boolean', default: false },
  },
});
const early = values['early-ack'];
const result = await runChaos({
  kills: Number(values.kills),
  messages: Number(values.messages),
  seed: Number(values.seed),
  ackBeforeCommit: early,
  onProgress: (text) => process.stderr.write(`chaos: ${text}\n`),
});

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const summary = (target: Kill['target']): string => {
  const own = result.kills.filter((one) => one.target === target);
  if (own.length === 0) return `${target}: none`;
  const least = Math.min(...own.map(({ unacknowledged }) => unacknowledged));
  const recovery = own.map(({ recoveryMs }) => recoveryMs);
  return `${target}: ${own.length} kills, at least ${least} messages in hand, committing again after ${Math.round(median(recovery))} ms (median), ${Math.round(Math.max(...recovery))} ms at most`;
};
const lines = [
  ...(['worker', 'database', 'both'] as const).map(summary),
  `${result.acknowledged} messages acknowledged, ${result.readings} readings, ${Math.round(result.seconds)} s`,
  `settings: ${Object.entries(result.settings)
    .map(([name, setting]) => `${name}=${setting}`)
    .join(' ')}`,
  `ledger: ${JSON.stringify(result.ledger)}`,
  `missing ${result.missing}, never sent ${result.unknown}, twice ${result.twice}, conflicts ${result.conflicts}`,
];
process.stdout.write(`${lines.join('\n')}\n`);

const isDurable = Object.values(result.settings).every((setting) => setting === 'on');
const isBacked = result.kills.every(
  ({ target, unacknowledged, redelivered, retried }) =>
    unacknowledged >= LEAST_UNACKNOWLEDGED && (target === 'database' ? retried : redelivered) > 0,
);
const isWhole =
  result.missing + result.unknown + result.twice + result.conflicts + result.ledger.open === 0;
const ok = early ? result.missing > 0 : isDurable && isBacked && isWhole;
process.stdout.write(ok ? 'as it must be\n' : 'NOT as it must be\n');
process.exitCode = ok ? 0 : 1;
