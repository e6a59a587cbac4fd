export { createTimescaleStore } from './lib/timescale-store.ts';
