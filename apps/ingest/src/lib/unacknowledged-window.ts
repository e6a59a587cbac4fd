export interface Unacknowledged {
  readonly messageId: number | undefined;
  /** Number of the connection that brought the message. */
  readonly epoch: number;
  readonly bytes: number;
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
  settled: boolean;
}

/**
 * Messages taken and not settled, in the order of receipt. Brokers overrun Receive Maximum (measured: Mosquitto 2.0.11
 * delivered 10,880 where 500 were asked for), so the worker bounds them itself.
 */
export class UnacknowledgedWindow {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #entries: Unacknowledged[] = [];
  #first = 0;
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The one that has waited longest. */
  get oldest(): Unacknowledged | undefined {
    return this.#entries[this.#first];
  }

  /** A message larger than the whole bound is let in alone. */
  hasRoomFor(bytes: number): boolean {
    if (this.size === 0) return true;
    return this.size < this.#maxMessages && this.#bytes + bytes <= this.#maxBytes;
  }

  add(messageId: number | undefined, epoch: number, bytes: number): Unacknowledged {
    const entry = { messageId, epoch, bytes, since: performance.now(), settled: false };
    this.#entries.push(entry);
    this.#bytes += bytes;
    return entry;
  }

  /** The settled messages before the first unsettled one, which leave the window: order is kept (MQTT-4.6.0-2). */
  takeSettled(): Unacknowledged[] {
    const taken: Unacknowledged[] = [];
    for (let entry = this.oldest; entry?.settled === true; entry = this.oldest) {
      taken.push(entry);
      this.#bytes -= entry.bytes;
      this.#first += 1;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    if (taken.length > 0) for (const wake of this.#waiting) wake();
    return taken;
  }

  /** Resolves when something has left the window, at the latest after `sliceMs`. */
  change(sliceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, sliceMs);
      this.#waiting.add(wake);
    });
  }
}
