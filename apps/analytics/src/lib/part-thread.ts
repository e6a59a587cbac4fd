import type { FleetInput } from '@verimeter/drift';
import { openThread } from '@verimeter/service-runtime';
import type { PartReply, PartRequest } from './part-messages.ts';

/** A thread that looks after some areas of a fleet. */
export interface PartThread {
  readonly ask: <K extends PartRequest['kind']>(
    request: Extract<PartRequest, { kind: K }>,
  ) => Promise<PartReply[K]>;
  /** Ends the thread; a question it still owes an answer to is rejected with the reason. */
  readonly stop: (reason?: Error) => void;
}

/** One question at a time. */
export function openPartThread(input: FleetInput, areas: readonly number[]): PartThread {
  const worker = openThread(new URL('./estimation-worker.ts', import.meta.url), { input, areas });
  let failure: Error | undefined;
  let refuse: ((error: Error) => void) | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    refuse?.(failure);
  };
  worker.on('error', fail);
  worker.on('messageerror', fail);
  worker.on('exit', (code) => fail(new Error(`the estimation ended with exit code ${code}`)));
  return {
    ask: <K extends PartRequest['kind']>(request: Extract<PartRequest, { kind: K }>) =>
      new Promise<PartReply[K]>((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        refuse = reject;
        worker.once('message', resolve);
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
        worker.postMessage(request);
      }),
    stop: (reason = new Error('the estimation has ended')) => {
      fail(reason);
      void worker.terminate();
    },
  };
}
