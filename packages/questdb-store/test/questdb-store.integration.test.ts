import { describeReadingStore } from '@verimeter/reading-store/contract';
import { findQuestDb } from '@verimeter/test-support';
import { createContractFixture } from './questdb-world.ts';

const jar = await findQuestDb();

if (jar !== undefined) describeReadingStore('QuestDB', () => createContractFixture(jar));
