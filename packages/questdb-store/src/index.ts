export { type QuestDbOptions, type QuestDbStore, createQuestDbStore } from './lib/questdb-store.ts';
export { createQuestDbTenantReadings } from './lib/tenant-readings.ts';
export { createQuestDbUpkeep } from './lib/upkeep.ts';
