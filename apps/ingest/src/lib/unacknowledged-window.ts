export interface Unacknowledged {
  readonly messageId: number | undefined;
  /** Number of the connection that brought the message. */
  readonly epoch: number;
  readonly bytes: number;
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
  #waiting: (() => void) | undefined;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get isOpen(): boolean {
    return this.size < this.#maxMessages && this.#bytes < this.#maxBytes;
  }

  add(messageId: number | undefined, epoch: number, bytes: number): Unacknowledged {
    const entry = { messageId, epoch, bytes, settled: false };
    this.#entries.push(entry);
    this.#bytes += bytes;
    return entry;
  }

  /** The settled messages before the first unsettled one, which leave the window: order is kept (MQTT-4.6.0-2). */
  takeSettled(): Unacknowledged[] {
    const taken: Unacknowledged[] = [];
    for (let entry = this.#entries[this.#first]; entry?.settled === true;) {
      taken.push(entry);
      this.#bytes -= entry.bytes;
      this.#first += 1;
      entry = this.#entries[this.#first];
    }
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    if (this.isOpen) this.#waiting?.();
    return taken;
  }

  /** Resolves when there is room, at the latest after `sliceMs`. One caller at a time. */
  whenOpen(sliceMs: number): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting?.(), sliceMs);
      this.#waiting = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
    });
  }
}
