import type { IncomingMessage } from './message.ts';
import { type StagedMessage, stageMessage } from './staged-message.ts';

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

  constructor(maxReadings: number) {
    this.#maxReadings = maxReadings;
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
    const item = stageMessage(incoming);
    if (this.#messages.length === 0) this.#sinceMs = performance.now();
    this.#messages.push({ item, receivedAtUs, resolve, reject });
    this.#readings += item.decoded.readings.length;
    this.#bytes += item.payload.length;
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
