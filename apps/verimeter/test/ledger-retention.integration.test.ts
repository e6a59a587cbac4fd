import { AUTO, type ReadingStoreSettings } from '@verimeter/open-store';
import { findQuestDb, startQuestDb } from '@verimeter/test-support';
import { afterAll, expect, test } from 'vitest';
import { untilSettled } from './engines.ts';
import { createLedgerWorld } from './ledger-world.ts';

const DAY_MS = 86_400_000;
const jar = await findQuestDb();
const questdb = jar === undefined ? undefined : await startQuestDb(jar);
afterAll(() => questdb?.stop());

const engines: ReadingStoreSettings[] = [AUTO];
if (questdb !== undefined) engines.push({ engine: 'questdb', httpUrl: questdb.httpUrl });

test.each(engines)(
  'what retention removed is not missing, whenever it was received; what else is gone is ($engine)',
  async (settings) => {
    const world = await createLedgerWorld(settings);
    await world.register('demo', 'M1', 'M2');
    const send = (device: string, ts: string, value: number, receivedAt: string): Promise<void> =>
      world.publish({
        topic: `verimeter/v1/demo/${device}/readings`,
        payload: JSON.stringify({ ts, values: { active_energy_import: value } }),
        receivedAt,
      });

    await send('M1', '2021-03-05T10:00:00Z', 1, '2021-03-05T10:00:05Z');
    await send('M1', '2021-04-05T10:00:00Z', 2, '2021-04-05T10:00:05Z');
    // of the month that goes, and received in hours that stay
    await send('M1', '2021-03-05T11:00:00Z', 1, '2021-04-05T10:30:00Z');
    await send('M2', '2021-03-05T11:00:00Z', 1, '2021-04-06T10:30:00Z');
    await send('M2', '2021-03-05T11:00:00Z', 3, '2021-04-06T10:40:00Z'); // a conflict
    await untilSettled(world.pool, settings);
    const before = await world.check();
    expect(before).toMatchObject({ ok: true, kept_from: null });

    expect(await world.retain((Date.now() - Date.UTC(2021, 3, 2)) / DAY_MS)).toBe(1);
    const after = await world.check();
    expect(after).toMatchObject({
      ok: true,
      kept_from: '2021-04-01T00:00:00.000Z',
      totals: before.totals,
    });
    const { stdout, status } = await world.program();
    expect(stdout).toContain('retention removed readings before 2021-04-01T00:00:00.000Z');
    expect(status).toBe(0);

    if (settings.engine === 'questdb') {
      await questdb?.query(`ALTER TABLE readings DROP PARTITION LIST '2021-04-05'`);
      await world.tamper('SELECT 1'); // folds the journal
    } else await world.tamper(`DELETE FROM readings WHERE ts = '2021-04-05T10:00:00Z'`);
    expect(await world.check()).toMatchObject({
      ok: false,
      violations: [{ check: 'stored', device_id: 'M1', ledger: 2, found: 1 }],
    });
    await world.close();
  },
);
