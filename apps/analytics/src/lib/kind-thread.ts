import type {
  LotTrend,
  SensorAnswers,
  SensorFleetInput,
  WaterAnswers,
  WaterFleetInput,
} from '@verimeter/drift';
import { openThread } from '@verimeter/service-runtime';

export type KindRequest =
  | { readonly kind: 'water'; readonly input: WaterFleetInput }
  | { readonly kind: 'sensors'; readonly input: SensorFleetInput };

export interface KindReply {
  /** With lots against each other; none where the data do not reach. */
  readonly water: WaterAnswers & { readonly lots: readonly LotTrend[] };
  readonly sensors: SensorAnswers;
}

/** The answer of an estimator that runs beside the event loop, so that probes and signals are answered meanwhile. */
export function askKindThread<K extends KindRequest['kind']>(
  request: Extract<KindRequest, { kind: K }>,
  signal?: AbortSignal,
): Promise<KindReply[K]> {
  return new Promise<KindReply[K]>((resolve, reject) => {
    const worker = openThread(new URL('./kind-worker.ts', import.meta.url), request);
    const stop = (): void => {
      reject(new Error('the analysis was stopped'));
      void worker.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.once('message', resolve);
    worker.once('messageerror', reject);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      // after an answer this changes nothing
      reject(new Error(`the estimation ended with exit code ${code}`));
    });
  });
}
