// The API in a process of its own, as it is in an installation: node api-process.ts JSON. Prints its URL; stops when its input ends.
import { startApi } from '@verimeter/api';
import { createLogger } from '@verimeter/service-runtime';

interface Request {
  readonly databaseUrl: string;
}

const { databaseUrl }: Request = JSON.parse(process.argv[2] ?? '{}');
const api = await startApi({
  databaseUrl,
  host: '127.0.0.1',
  port: 0,
  log: createLogger('bench-api', 'silent'),
  rateLimit: { perSecond: 1e6, burst: 1e6 },
});
process.stdout.write(`${api.url}\n`);
process.stdin.on('end', () => void api.stop());
process.stdin.resume();
