export { createTimescaleStore } from './lib/timescale-store.ts';
export { copyContent, float8Array, int4Array, timestamptzArray } from './lib/binary-format.ts';
export { copyReadings } from './lib/write.ts';
export { orderBatch } from './lib/batch-order.ts';
