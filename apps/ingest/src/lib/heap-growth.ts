import { setFlagsFromString } from 'node:v8';

/** What the old generation may grow by since the last full collection, as a percentage of what was alive then. */
const GROWTH_PERCENT = 100;

/**
 * Messages that wait for their commit outlive two collections of the young generation and die soon after: the old one fills with garbage,
 * of which V8 would let it take four times what is alive (docs/decisions/0103). V8 looks at this with each collection; NODE_OPTIONS does
 * not allow it.
 */
export const boundHeapGrowth = (): void =>
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
