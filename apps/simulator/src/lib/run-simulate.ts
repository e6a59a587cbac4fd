import { type SimulatorOptions, startSimulator } from './simulator.ts';

/**
 * The whole life of a simulator process: starts, publishes the history and then live until the signal is aborted.
 * `onHistoryDone` is told once. @throws what ended it before the signal did.
 */
export async function runSimulate(
  options: SimulatorOptions & {
    readonly signal: AbortSignal;
    readonly onHistoryDone?: (result: { readonly readings: number }) => void;
  },
): Promise<void> {
  const simulator = await startSimulator(options);
  const stop = (): void => void simulator.stop();
  if (options.signal.aborted) stop();
  else options.signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all([simulator.historyDone.then(options.onHistoryDone), simulator.finished]);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    options.signal.removeEventListener('abort', stop);
    await simulator.stop();
  }
}
