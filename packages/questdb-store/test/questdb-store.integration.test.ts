import { describeReadingStore } from '@verimeter/reading-store/contract';
import { describeRowReader } from '@verimeter/reading-store/row-reader-contract';
import { describeStoreUpkeep } from '@verimeter/reading-store/upkeep-contract';
import { describeTenantReadings } from '@verimeter/reading-store/tenant-readings-contract';
import { findQuestDb } from '@verimeter/test-support';
import { afterAll, beforeAll } from 'vitest';
import { describePipeline } from './pipeline.ts';
import {
  type QuestDbWorld,
  contractFixture,
  createQuestDbWorld,
  upkeepFixture,
} from './questdb-world.ts';
import { describeReads } from './reads.ts';
import { describeRetention } from './retention.ts';
import { describeSettling } from './settling.ts';

const jar = await findQuestDb();

/** One server for all of it: its start takes longer than the tests. */
function describeQuestDb(program: string): void {
  let world: QuestDbWorld | undefined;
  const started = (): QuestDbWorld => {
    if (world === undefined) throw new Error('QuestDB did not start');
    return world;
  };
  beforeAll(async () => {
    world = await createQuestDbWorld(program);
  }, 120_000);
  afterAll(() => world?.close());

  const fixture = async () => contractFixture(started());
  describeReadingStore('QuestDB', fixture);
  describeRowReader('QuestDB', fixture);
  describeTenantReadings('QuestDB', fixture);
  describeReads(started);
  describeSettling(started);
  describePipeline(started);
  describeStoreUpkeep('QuestDB', async () => upkeepFixture(started()));
  describeRetention(started);
}

if (jar !== undefined) describeQuestDb(jar);
