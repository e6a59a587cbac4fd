import { AbortedError } from '@verimeter/service-runtime';
import type { MqttClient } from 'mqtt';

import type { Message } from './messages.ts';

/** Publishes with QoS 1 and a bound on what waits for its PUBACK. */
export interface Publisher {
  /** Resolves when the message was handed over. @throws like `check`. */
  publish(message: Message): Promise<void>;
  /** Resolves when everything handed over so far is acknowledged or has failed, or the signal is aborted. */
  settled(): Promise<void>;
  /** @throws what the first failed message failed with; {@link AbortedError} when the signal is aborted. */
  check(): void;
  /** Readings acknowledged. */
  readonly acknowledged: number;
}

export function createPublisher(
  client: MqttClient,
  maxOutstanding: number,
  signal: AbortSignal,
): Publisher {
  const outstanding = new Set<Promise<void>>();
  let acknowledged = 0;
  let failure: Error | undefined;
  // A client that is ended forgets some of its messages without a word: waiting must end with the signal.
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const deliver = async ({ topic, payload, retain, readings }: Message): Promise<void> => {
    try {
      await client.publishAsync(topic, payload, { qos: 1, retain });
      acknowledged += readings;
    } catch (error) {
      failure ??=
        error instanceof Error ? error : new Error('message not published', { cause: error });
    }
  };
  const check = (): void => {
    if (signal.aborted) throw new AbortedError(signal.reason);
    if (failure !== undefined) throw failure;
  };
  return {
    get acknowledged() {
      return acknowledged;
    },
    async publish(message) {
      while (outstanding.size >= maxOutstanding && !signal.aborted)
        await Promise.race([aborted, ...outstanding]);
      check();
      const sent = deliver(message).finally(() => outstanding.delete(sent));
      outstanding.add(sent);
    },
    async settled() {
      await Promise.race([aborted, Promise.all(outstanding)]);
    },
    check,
  };
}
