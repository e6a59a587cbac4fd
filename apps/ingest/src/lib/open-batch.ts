import type { IncomingMessage } from './message.ts';
import { type Sources, type StagedMessage, stageMessage } from './staged-message.ts';

/** A message that someone waits for. */
export interface Held<T> {
  readonly item: T;
  readonly receivedAtUs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export type HeldMessage = Held<StagedMessage>;

const MAX_MESSAGES = 5000;
const MAX_BYTES = 8 * 1024 * 1024;

/** A batch that takes messages: decoded, until it is full or its time has come. */
export class OpenBatch {
  readonly #maxReadings: number;
  #messages: HeldMessage[] = [];
  #readings = 0;
  #bytes = 0;
  #sinceMs = 0;

  readonly #sources: Sources;

  constructor(maxReadings: number, sources: Sources) {
    this.#maxReadings = maxReadings;
    this.#sources = sources;
  }

  get size(): number {
    return this.#messages.length;
  }

  /** When its first message was taken, milliseconds of the monotonic clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  get isFull(): boolean {
    return (
      this.#readings >= this.#maxReadings ||
      this.#messages.length >= MAX_MESSAGES ||
      this.#bytes >= MAX_BYTES
    );
  }

  add({ item: incoming, receivedAtUs, resolve, reject }: Held<IncomingMessage>): void {
    const parts = stageMessage(incoming, this.#sources);
    const whole = parts.length === 1 ? { resolve, reject } : jointly(parts.length, resolve, reject);
    if (this.#messages.length === 0) this.#sinceMs = performance.now();
    for (const item of parts) {
      this.#messages.push({ item, receivedAtUs, ...whole });
      this.#readings += item.decoded.readings.length;
    }
    this.#bytes += incoming.payload.length;
  }

  /** What it has; it is empty afterwards. */
  take(): readonly HeldMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#readings = 0;
    this.#bytes = 0;
    return messages;
  }
}

/** Resolves when all parts of a message have; a batch that is halved may commit them one after the other. */
function jointly(
  parts: number,
  resolve: () => void,
  reject: (error: Error) => void,
): Pick<HeldMessage, 'resolve' | 'reject'> {
  let missing = parts;
  return {
    resolve() {
      missing -= 1;
      if (missing === 0) resolve();
    },
    reject,
  };
}
