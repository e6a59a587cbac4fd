import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { quarantineList } from '@verimeter/api-schema';
import { createTemporaryDirectory, findFreePort } from '@verimeter/test-support';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runProgram, start } from './program.ts';

let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
const started: Running[] = [];

beforeAll(async () => {
  directory = await createTemporaryDirectory();
});
afterAll(async () => {
  for (const { process } of started)
    if (process.exitCode === null && process.signalCode === null) process.kill('SIGTERM');
  await Promise.all(started.map(({ finished }) => finished));
  await directory.remove();
});

const dataDir = (): string => path.join(directory.path, 'data');

interface Ready {
  readonly event: string;
  readonly http: string;
  readonly mqtt: string;
  readonly tenant: string;
  readonly api_key: string;
}

async function startUp(...args: readonly string[]): Promise<Running> {
  const running = start([
    'up',
    '--city',
    'none',
    '--data-dir',
    dataDir(),
    '--port',
    String(await findFreePort()),
    '--mqtt-port',
    String(await findFreePort()),
    ...args,
  ]);
  started.push(running);
  return running;
}

const readInstance = async (): Promise<Ready> =>
  JSON.parse(await readFile(path.join(dataDir(), 'instance.json'), 'utf8'));

async function get(ready: Ready, resource: string): Promise<unknown> {
  const response = await fetch(`${ready.http}/api/v1/${resource}`, {
    headers: { authorization: `Bearer ${ready.api_key}` },
  });
  expect(response.status).toBe(200);
  return response.json();
}

async function stopped(running: Running, signal: NodeJS.Signals): Promise<number> {
  const begin = performance.now();
  running.process.kill(signal);
  expect(await running.finished).toMatchObject({ status: 0 });
  return performance.now() - begin;
}

async function publish(ready: Ready, device: string, payload: string): Promise<void> {
  const client = await connectAsync(ready.mqtt);
  // QoS 1: resolves with the PUBACK, which means stored.
  await client.publishAsync(`verimeter/v1/demo/${device}/readings`, payload, { qos: 1 });
  await client.endAsync();
}

async function importDevices(text: string): Promise<void> {
  const file = path.join(directory.path, 'devices.csv');
  await writeFile(file, text);
  const result = await runProgram(['import', 'devices', file, '--data-dir', dataDir(), '--json']);
  expect(result).toMatchObject({ status: 0 });
}

test('up, a message, Ctrl-C, and a second start that continues', { timeout: 120_000 }, async () => {
  const begin = performance.now();
  const running = await startUp();
  const [line = ''] = await running.stdout(/^.*\n/);
  const seconds = (performance.now() - begin) / 1000;
  expect(line).toMatch(/^ready http=http:\/\/127\.0\.0\.1:\d+ mqtt=mqtt:\/\/127\.0\.0\.1:\d+\n$/);
  expect(seconds).toBeLessThan(15);

  const ready = await readInstance();
  expect(Object.keys(ready)).toEqual(['event', 'http', 'mqtt', 'tenant', 'api_key']);
  expect(line).toBe(`ready http=${ready.http} mqtt=${ready.mqtt}\n`);
  // oxlint-disable-next-line no-bitwise -- permission bits
  expect((await stat(path.join(dataDir(), 'instance.json'))).mode & 0o777).toBe(0o600);
  const health = await fetch(`${ready.http}/health/ready`);
  expect(health.status).toBe(200);

  // Commands attach to the running database.
  await importDevices('device_id,kind\nm1,electricity_meter\n');
  const ts = '2026-11-23T07:15:00Z';
  await publish(ready, 'm1', JSON.stringify({ ts, values: { active_energy_import: 12345.678 } }));
  expect(await get(ready, 'devices/m1')).toMatchObject({
    channels: [{ quantity: 'active_energy_import', unit: 'kW.h', latest: { value: 12345.678 } }],
  });

  // A second instance on the same data says so, also where the very same command is given again.
  const samePorts = ['--port', new URL(ready.http).port, '--mqtt-port', new URL(ready.mqtt).port];
  const upArgs = ['up', '--city', 'none', '--data-dir', dataDir()];
  const refusals = await Promise.all([
    startUp().then(({ finished }) => finished),
    runProgram([...upArgs, ...samePorts]),
  ]);
  for (const refused of refusals) {
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('already runs on');
  }

  expect(await stopped(running, 'SIGINT')).toBeLessThan(10_000);
  await expect(stat(path.join(dataDir(), 'instance.json'))).rejects.toThrow('ENOENT');

  const again = await startUp('--json');
  const [json = ''] = await again.stdout(/^.*\n/);
  const continued: Ready = JSON.parse(json);
  expect(continued).toEqual(await readInstance());
  expect(continued).toMatchObject({ event: 'ready', tenant: 'demo', api_key: ready.api_key });
  expect(await get(continued, 'devices/m1')).toMatchObject({
    channels: [{ latest: { value: 12345.678 } }],
  });
  expect(await stopped(again, 'SIGTERM')).toBeLessThan(10_000);
});

test(
  'what an unregistered device sent is stored once it is registered, by the API and by the command line',
  { timeout: 120_000 },
  async () => {
    const running = await startUp();
    await running.stdout(/^ready /m);
    const ready = await readInstance();
    const send = (minute: number, value: number): Promise<void> =>
      publish(
        ready,
        'late-comer',
        JSON.stringify({ ts: `2026-11-23T07:${minute}:00Z`, values: { rssi: value } }),
      );
    await send(10, -60);
    await send(20, -61);
    const { items } = quarantineList.parse(await get(ready, 'quarantine?device_id=late-comer'));
    expect(items.map(({ reason, status }) => [reason, status])).toEqual([
      ['unknown_device', 'open'],
      ['unknown_device', 'open'],
    ]);
    expect(await get(ready, 'quarantine/groups?status=open')).toMatchObject({
      items: [{ reason: 'unknown_device', device_id: 'late-comer', entries: 2, rejected: 2 }],
      left_out: 0,
    });
    await importDevices('device_id,kind\nlate-comer,electricity_meter\n');

    const answer = await fetch(`${ready.http}/api/v1/quarantine/${items[1]?.id}/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ready.api_key}` },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      received: 1,
      stored: 1,
      duplicate: 0,
      conflicting: 0,
      rejected: 0,
      status: 'replayed',
    });
    const command = await runProgram(['quarantine', 'replay', '--json', '--data-dir', dataDir()]);
    expect(command).toMatchObject({ status: 0 });
    expect(JSON.parse(command.stdout)).toMatchObject({ entries: 1, replayed: 1, stored: 1 });
    const page = 'readings?device_id=late-comer&quantity=rssi&from=2026-11-23&to=2026-11-24';
    expect(await get(ready, page)).toMatchObject({ items: [{ value: -60 }, { value: -61 }] });
    expect(await get(ready, 'quarantine/groups?status=open')).toMatchObject({ items: [] });

    const file = await runProgram(['export', 'quarantine', '--data-dir', dataDir()]);
    const [head = '', ...lines] = file.stdout.trim().split(/\r?\n/);
    expect(head.split(',').slice(0, 4)).toEqual(['id', 'received_at', 'source', 'topic']);
    expect(lines.map((line) => line.split(',')[9])).toEqual(['replayed', 'replayed']);
    const check = await runProgram(['ledger', 'check', '--data-dir', dataDir()]);
    expect(check).toMatchObject({ status: 0 });
    await stopped(running, 'SIGINT');
  },
);

test('after kill -9 a new up takes the data over', { timeout: 120_000 }, async () => {
  const running = await startUp();
  await running.stdout(/^ready /m);
  const ready = await readInstance();
  await importDevices('device_id,kind\nk1,electricity_meter\n');
  await publish(ready, 'k1', '{"ts":"2026-11-23T07:30:00Z","values":{"active_energy_import":7}}');
  running.process.kill('SIGKILL');
  await running.finished;
  expect(await readInstance()).toEqual(ready); // stale: nobody removed it

  const again = await startUp();
  await again.stdout(/^ready /m);
  const continued = await readInstance();
  expect(continued.http).not.toBe(ready.http);
  expect(await get(continued, 'devices/k1')).toMatchObject({
    channels: [{ latest: { value: 7 } }],
  });
  await stopped(again, 'SIGINT');
});

test('an explicit port that is taken is named; nothing is started', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  try {
    const result = await runProgram([
      'up',
      '--city',
      'none',
      '--data-dir',
      path.join(directory.path, 'unused'),
      '--port',
      String(port),
    ]);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toContain(`port ${port} is taken`);
    await expect(stat(path.join(directory.path, 'unused'))).rejects.toThrow('ENOENT');
  } finally {
    server.close();
  }
});

test(
  'another host than loopback asks for device keys, and then devices log in with them',
  { timeout: 120_000 },
  async () => {
    const without = await startUp('--host', '0.0.0.0');
    const refused = await without.finished;
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('keys create --role device');

    const created = await runProgram([
      'keys',
      'create',
      '--role',
      'device',
      '--name',
      'gate 1',
      '--json',
      '--data-dir',
      dataDir(),
    ]);
    const key: { id: string; key: string; tenant: string; role: string } = JSON.parse(
      created.stdout,
    );
    expect(key).toMatchObject({ tenant: 'demo', role: 'device' });

    const running = await startUp('--host', '0.0.0.0');
    await running.stdout(/^ready /m);
    const ready = await readInstance();
    await expect(connectAsync(ready.mqtt, { reconnectPeriod: 0 }, false)).rejects.toThrow(
      /not authorized|bad user ?name/i,
    );
    for (const username of ['demo', key.id]) {
      // oxlint-disable-next-line no-await-in-loop
      const client = await connectAsync(ready.mqtt, { username, password: key.key });
      // oxlint-disable-next-line no-await-in-loop
      await client.endAsync();
    }
    await stopped(running, 'SIGINT');
  },
);

test('keys are listed without their secret and revoked', { timeout: 60_000 }, async () => {
  const options = ['--data-dir', dataDir(), '--json', '--tenant', 'keys'];
  const created = await runProgram(['keys', 'create', '--role', 'viewer', ...options]);
  const { id, key }: { id: string; key: string } = JSON.parse(created.stdout);
  const listed = await runProgram(['keys', 'list', ...options]);
  expect(JSON.parse(listed.stdout)).toMatchObject([{ id, role: 'viewer', revoked_at: null }]);
  expect(listed.stdout).not.toContain(key);
  expect((await runProgram(['keys', 'revoke', id, ...options])).status).toBe(0);
  const after: unknown = JSON.parse((await runProgram(['keys', 'list', ...options])).stdout);
  expect(after).toMatchObject([{ id, revoked_at: expect.stringMatching(/Z$/) }]);
  const unknown = await runProgram(['keys', 'revoke', 'k_nobody', ...options]);
  expect(unknown.status).toBe(1);
  expect(unknown.stderr).toContain('tenant keys has no key k_nobody');
});

test('wrong use exits with 2 and a hint, failure with 1, help with 0', async () => {
  const [wrong, unmigrated, help] = await Promise.all([
    runProgram(['exprot', 'health']),
    runProgram(['api'], { DATABASE_URL: 'mysql://nowhere' }),
    runProgram(['export', '--help']),
  ]);
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toContain('did you mean export?');
  expect(unmigrated).toMatchObject({ status: 1, stdout: '' });
  expect(unmigrated.stderr).toContain('DATABASE_URL: must be a URL starting with postgres://');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('--format csv|ndjson');
});
