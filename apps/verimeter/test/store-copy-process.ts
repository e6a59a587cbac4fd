import { createServicePool } from '@verimeter/registry';
import { copyReadings, openReadingStore } from '@verimeter/open-store';

// A copy in a process of its own, that a test kills: a line per step on stdout, the result as JSON at the end.
const [url = '', httpUrl = ''] = process.argv.slice(2);
const pool = createServicePool(url, { applicationName: 'copy-process' });
const source = await openReadingStore(pool, { engine: 'auto' });
const target = await openReadingStore(pool, { engine: 'questdb', httpUrl });
const result = await copyReadings({
  pool,
  source,
  target,
  address: httpUrl,
  signal: new AbortController().signal,
  onProgress: (phase) => process.stdout.write(`${phase}\n`),
});
process.stdout.write(`${JSON.stringify(result)}\n`);
await target.close();
await pool.end();
