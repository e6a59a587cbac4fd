export { type QuestDbOptions, type QuestDbStore, createQuestDbStore } from './lib/questdb-store.ts';
export { createQuestDbTenantReadings } from './lib/tenant-readings.ts';
export { createQuestDbUpkeep } from './lib/upkeep.ts';
export { type QuestDbHttp, createQuestDbHttp } from './lib/http-client.ts';
export { type LineSender, createLineSender } from './lib/line-sender.ts';
export { checkWal, readWalState } from './lib/readings-table.ts';
export { settleElsewhere } from './lib/settle-elsewhere.ts';
export { createQuestDbBulk } from './lib/bulk-store.ts';
export { HISTORY, historyParts, readHistoryMonths } from './lib/history-table.ts';
