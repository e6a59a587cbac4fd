import { expect, test } from 'vitest';
import { runProgram } from './program.ts';

test('bench ingest counts what was stored of what it published, and what COPY alone would have done', async () => {
  const size = ['--messages', '400', '--rounds', '1', '--rates', ''];
  const result = await runProgram(['bench', 'ingest', ...size, '--json']);
  expect(result).toMatchObject({ status: 0 });
  const { throughputs } = JSON.parse(result.stdout);
  expect(throughputs).toMatchObject([
    { workload: 'single', kind: 'closed_loop' },
    { workload: 'profile', kind: 'closed_loop' },
  ]);
  for (const one of throughputs) {
    expect(one.messages_per_second).toBeGreaterThan(0);
    expect(one.raw_readings_per_second).toBeGreaterThan(one.messages_per_second);
  }
  expect(throughputs[1].readings_per_second).toBeCloseTo(96 * throughputs[1].messages_per_second);
});

test('an address that it cannot use is refused', async () => {
  const result = await runProgram(['bench', 'ingest', '--mqtt-url', 'mqtts://example.org']);
  expect(result.status).toBe(2);
  expect(result.stderr).toContain('mqtt://HOST:PORT');
});
