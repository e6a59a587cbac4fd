import { setFlagsFromString } from 'node:v8';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * A thread that runs a file with a value it finds in `workerData`.
 *
 * Threads strip types with a WebAssembly module that calls JavaScript, as `fetch` does. Node 24 lets two threads replace the stub of such a
 * call at once, after some thousand calls, and aborts ("Check failed: jit_page_->allocations_.erase(addr) == 1"). Stubs made
 * from here on are never replaced; the cost is a slower call (decision 0089).
 */
export function openThread(
  file: URL,
  workerData: unknown,
  resourceLimits: ResourceLimits = {},
): Worker {
  setFlagsFromString('--wasm-wrapper-tiering-budget=2147483647');
  return new Worker(file, { workerData, resourceLimits });
}
