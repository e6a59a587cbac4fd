import { parseArgs } from 'node:util';
import { SCENARIOS, isScenarioName, summaryOf } from './scenarios.ts';

// npm run test:chaos -- SCENARIO [--kills N] [--messages N] [--seed N] [--seconds N] [--rate N] [--shipped]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string' },
    messages: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    shipped: { type: 'boolean', default: false },
  },
});
const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
const [name = 'kills'] = positionals;
if (!isScenarioName(name)) {
  process.stderr.write(
    `chaos: no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}\n`,
  );
  process.exit(2);
}
const { run, long } = SCENARIOS[name];
const report = await run({
  kills: number(values.kills) ?? long.kills,
  messages: number(values.messages) ?? long.messages,
  seconds: number(values.seconds) ?? long.seconds,
  rate: number(values.rate) ?? long.rate,
  seed: Number(values.seed),
  shipped: values.shipped,
  onProgress: (text) => process.stderr.write(`chaos: ${name}: ${text}\n`),
});
process.stdout.write(summaryOf(name, report));
process.exitCode = report.faults.length === 0 ? 0 : 1;
