import { moveToHypertable } from '../src/index.ts';

// A move in a process of its own, that a test kills: a line per step on stdout, the result as JSON at the end.
const [url = ''] = process.argv.slice(2);
const result = await moveToHypertable(url, {
  keep: false,
  onProgress: (phase) => process.stdout.write(`${phase}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
