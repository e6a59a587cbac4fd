import type { MqttClient } from 'mqtt';

import type { Message } from './messages.ts';

/** Publishes with QoS 1 and a bound on what waits for its PUBACK. */
export interface Publisher {
  /** Resolves when the message may go out; `acknowledged` settles with its PUBACK. */
  publish(message: Message): Promise<void>;
  /** Resolves when everything handed over so far is acknowledged or has failed; never rejects. */
  settled(): Promise<void>;
  /** @throws what the first failed message failed with. */
  check(): void;
  /** Readings acknowledged. */
  readonly acknowledged: number;
}

export function createPublisher(client: MqttClient, maxOutstanding: number): Publisher {
  const outstanding = new Set<Promise<void>>();
  let acknowledged = 0;
  let failure: Error | undefined;
  const waitForRoom = async (): Promise<void> => {
    while (outstanding.size >= maxOutstanding) await Promise.race(outstanding);
  };
  const deliver = async ({ topic, payload, retain, readings }: Message): Promise<void> => {
    try {
      await client.publishAsync(topic, payload, { qos: 1, retain });
      acknowledged += readings;
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error('not published', { cause: error });
    }
  };
  return {
    get acknowledged() {
      return acknowledged;
    },
    async publish(message) {
      await waitForRoom();
      if (failure !== undefined) throw failure;
      const sent = deliver(message).finally(() => outstanding.delete(sent));
      outstanding.add(sent);
    },
    async settled() {
      await Promise.all(outstanding);
    },
    check() {
      if (failure !== undefined) throw failure;
    },
  };
}
