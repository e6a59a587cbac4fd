import { Worker } from 'node:worker_threads';
import type { FleetInput, FleetResult } from '@verimeter/drift';

/** The buffers behind the series, each once: several series are views of one matrix. */
function buffersOf(input: FleetInput): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { importRegister, exportRegister, voltages } of input.meters)
    for (const series of [importRegister, exportRegister, ...voltages])
      if (series?.buffer instanceof ArrayBuffer) buffers.add(series.buffer);
  return [...buffers];
}

/**
 * The estimator's answer, computed in a thread of its own so that probes and signals are answered meanwhile. The
 * series are handed over: `input` cannot be used afterwards.
 */
export function estimate(input: FleetInput, signal?: AbortSignal): Promise<FleetResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./estimation-worker.ts', import.meta.url), {
      workerData: { input },
      transferList: buffersOf(input),
    });
    const abort = (): void => {
      void worker.terminate();
      reject(new Error('the analysis was stopped'));
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', (result: FleetResult) => resolve(result));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', abort);
      reject(new Error(`the estimation ended with exit code ${code} and no result`));
    });
  });
}
