import { describeReadingStore } from '@verimeter/reading-store/contract';
import { describeRowReader } from '@verimeter/reading-store/row-reader-contract';
import { describeTenantReadings } from '@verimeter/reading-store/tenant-readings-contract';
import { findQuestDb } from '@verimeter/test-support';
import { afterAll, beforeAll } from 'vitest';
import { describeHistory } from './history.ts';
import { type QuestDbWorld, createQuestDbWorld, movedFixture } from './questdb-world.ts';

const jar = await findQuestDb();

/** One server for all of it: its start takes longer than the tests. */
function describeMoved(program: string): void {
  let world: QuestDbWorld | undefined;
  const started = (): QuestDbWorld => {
    if (world === undefined) throw new Error('QuestDB did not start');
    return world;
  };
  beforeAll(async () => {
    world = await createQuestDbWorld(program);
  }, 120_000);
  afterAll(() => world?.close());

  describeHistory(started);
  const fixture = async () => movedFixture(started());
  describeReadingStore('QuestDB, moved to history', fixture);
  describeRowReader('QuestDB, moved to history', fixture);
  describeTenantReadings('QuestDB, moved to history', fixture);
}

if (jar !== undefined) describeMoved(jar);
