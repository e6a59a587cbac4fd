/** Requests per operation; FUZZ_RUNS=500 is the long form. */
export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 12);
export const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_129);
