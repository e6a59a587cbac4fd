import { parentPort, workerData } from 'node:worker_threads';
import { type FleetInput, type FleetPart, openPart } from '@verimeter/drift';
import type { PartRequest } from './part-messages.ts';

// Looks after some areas beside the event loop of the service. The series are shared memory.
if (parentPort === null) throw new Error('this file is a worker thread');
const port = parentPort;
const { input, areas }: { input: FleetInput; areas: readonly number[] } = workerData;
let part: FleetPart | undefined;
port.on('message', (request: PartRequest) => {
  part ??= openPart(input, areas);
  const reply =
    request.kind === 'judge'
      ? part.judge(request.round, request.priors)
      : part.answer(request.priors);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port.postMessage(reply);
});
