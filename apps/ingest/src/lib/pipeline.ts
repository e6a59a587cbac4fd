import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { AbortedError, type Logger, backoffDelayMs, delay } from '@verimeter/service-runtime';
import { Acknowledging } from './acknowledging.ts';
import { commitBatch } from './commit-batch.ts';
import { type IncomingMessage, PipelineClosedError } from './message.ts';
import { type IngestMetrics, createIngestMetrics } from './metrics.ts';
import { type Held, type HeldMessage, OpenBatch } from './open-batch.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { type PreparedBatch, prepareAhead } from './prepare-batch.ts';
import { classifyError, isStaleReference } from './sql-errors.ts';
import { type Surroundings, startSurroundings } from './surroundings.ts';

export interface Pipeline {
  /**
   * Resolves when everything the message said is committed; only then may it be acknowledged. Stays pending while the
   * database is away: the caller bounds how many messages it hands in at once.
   * @throws {PipelineClosedError} when the message was not stored because the pipeline was closed.
   */
  accept(message: IncomingMessage): Promise<void>;
  /** Set while messages wait for a commit that fails or takes more than a few seconds. */
  delayed(): CommitDelay | undefined;
  /** Takes no more messages and commits those it has, for at most `deadlineMs` (default 8,000); the rest is refused. */
  close(deadlineMs?: number): Promise<void>;
}

export interface CommitDelay {
  /** Taken and not committed. */
  readonly messages: number;
  /** Since the batch at their head was tried first, in seconds. */
  readonly forS: number;
  /** Why the last attempt failed; undefined: the first one is still under way. */
  readonly cause: unknown;
}

/** They may be in the middle of a query that no answer will come to. */
const HELPERS_MS = 1000;
const SAME_TICK_US = 1e6;
/** The event loop is not held up for longer by decoding what waits. */
const SLICE_MS = 2;
const BETWEEN_LOOKS = 16;
/** A commit that takes longer is said to be delayed. */
const LONG_COMMIT_S = 5;
/** A smaller batch is left open for what comes: to prepare it takes a moment only. */
const WORTH_PREPARING = 200;

const UNPREPARED: Promise<undefined> = Promise.resolve(undefined);

/** A batch that takes no more messages, while the one before it is committed. */
interface ClosedBatch {
  readonly messages: readonly HeldMessage[];
  readonly prepared: Promise<PreparedBatch | undefined>;
}

class BatchingPipeline implements Pipeline {
  readonly #log: Logger;
  readonly #metrics: IngestMetrics;
  readonly #surroundings: Surroundings;
  readonly #flushMs: number;
  readonly #aborting = new AbortController();
  readonly #finished = new AbortController();
  readonly #running: Promise<void>;
  /** Decoded and waiting for the running commit. */
  readonly #open: OpenBatch;
  #next: ClosedBatch | undefined;
  /** As they came; decoded when the batch before has gone. */
  #backlog: Held<IncomingMessage>[] = [];
  readonly #acknowledging = new Acknowledging();
  #committing = 0;
  #slicing = false;
  /** Of the batch under way; milliseconds of the monotonic clock. */
  #committingSince = 0;
  #failure: unknown;
  #lastArrivalUs = 0;
  #closing = false;
  #wake: (() => void) | undefined;

  constructor(options: PipelineOptions) {
    this.#log = options.log;
    this.#flushMs = options.flushMs ?? 20;
    this.#metrics = createIngestMetrics(options.metrics, () => this.#pending());
    this.#surroundings = startSurroundings(options, this.#metrics);
    this.#open = new OpenBatch(
      options.maxBatchReadings ?? 20_000,
      this.#surroundings.context.sources,
    );
    this.#running = this.#run();
  }

  accept(message: IncomingMessage): Promise<void> {
    if (this.#closing) return Promise.reject(new PipelineClosedError());
    if (message.dup) this.#metrics.redelivered.inc();
    // Who floods is told to the operator, nothing is held back (docs/decisions/0100).
    if (this.#surroundings.floods.isBeyond(message.topic)) this.#metrics.beyondRate.inc();
    return new Promise((resolve, reject) => {
      const receivedAtUs = this.#arrivalInstant(message.receivedAtUs);
      const item = receivedAtUs === message.receivedAtUs ? message : { ...message, receivedAtUs };
      const held = { item, receivedAtUs, resolve, reject };
      if (this.#backlog.length > 0 || this.#open.isFull) this.#backlog.push(held);
      else this.#stage(held);
      this.#wake?.();
    });
  }

  delayed(): CommitDelay | undefined {
    if (this.#committing === 0) return undefined;
    const forS = (performance.now() - this.#committingSince) / 1000;
    if (this.#failure === undefined && forS < LONG_COMMIT_S) return undefined;
    return { messages: this.#pending(), forS, cause: this.#failure };
  }

  async close(deadlineMs = 8000): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    const timer = setTimeout(() => this.#aborting.abort(), deadlineMs);
    const settled = await Promise.race([
      this.#running.then(() => true),
      // A query on a dead connection may hang longer than anyone waits.
      delay(deadlineMs + 500, this.#finished.signal).then(
        () => false,
        () => true,
      ),
    ]);
    this.#finished.abort();
    clearTimeout(timer);
    this.#aborting.abort();
    if (!settled) this.#log.error('a commit did not end within the deadline');
    await Promise.race([this.#surroundings.stop(), delay(HELPERS_MS)]);
  }

  /**
   * Clocks tick in milliseconds: messages of one tick are a microsecond apart, so that readings that take their arrival
   * for their time do not collide. Times from the past (a replay) stay as they are.
   */
  #arrivalInstant(receivedAtUs: number): number {
    const behindUs = this.#lastArrivalUs - receivedAtUs;
    if (behindUs >= 0 && behindUs < SAME_TICK_US) {
      this.#lastArrivalUs += 1;
      return this.#lastArrivalUs;
    }
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, receivedAtUs);
    return receivedAtUs;
  }

  #pending(): number {
    const closed = this.#next?.messages.length ?? 0;
    return closed + this.#open.size + this.#backlog.length + this.#committing;
  }

  #stage(held: Held<IncomingMessage>): void {
    this.#open.add(held);
    if (this.#open.isFull) this.#closeAhead();
  }

  /** Closes the open batch and prepares it while the database is at the one before (docs/decisions/0107). */
  #closeAhead(): void {
    if (this.#committing === 0 || this.#next !== undefined) return;
    if (!this.#open.isFull && this.#open.size < WORTH_PREPARING) return;
    const messages = this.#open.take();
    const staged = messages.map(({ item }) => item);
    const prepared = setImmediate()
      .then(() => prepareAhead(staged, this.#surroundings.context, setImmediate))
      // What is wrong with the batch is said when it is committed.
      .catch(() => undefined);
    this.#next = { messages, prepared };
  }

  /**
   * In slices: a whole batch takes a tenth of a second to decode, in which the commit that runs meanwhile would wait for its
   * next statement (docs/decisions/0105).
   */
  #stageBacklog(): void {
    const deadline = this.#closing ? Infinity : performance.now() + SLICE_MS;
    let taken = 0;
    while (taken < this.#backlog.length && !this.#open.isFull && performance.now() < deadline) {
      const some = Math.min(taken + BETWEEN_LOOKS, this.#backlog.length);
      for (; taken < some && !this.#open.isFull; taken += 1) {
        const held = this.#backlog[taken];
        if (held !== undefined) this.#stage(held);
      }
    }
    if (taken > 0) this.#backlog = this.#backlog.slice(taken);
    if (this.#backlog.length === 0 || this.#open.isFull) this.#wake?.();
    else if (!this.#slicing) {
      this.#slicing = true;
      void setImmediate().then(() => {
        this.#slicing = false;
        this.#stageBacklog();
      });
    }
  }

  /** One batch after the other, in the order of arrival; the next one fills while one is committed. */
  async #run(): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const batch = this.#takeNext() ?? (await this.#untilBatch());
      if (batch.messages.length === 0) break;
      this.#committing = batch.messages.length;
      this.#committingSince = performance.now();
      const committed = this.#settle(batch);
      if (this.#open.isFull) this.#closeAhead();
      this.#stageBacklog();
      // oxlint-disable-next-line no-await-in-loop
      await committed;
      this.#committing = 0;
    }
    await this.#acknowledging.done();
  }

  #takeNext(): ClosedBatch | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }

  /** Waits for the first message, then for the batch to fill or its time to come; returns at once when closing. */
  async #untilBatch(): Promise<ClosedBatch> {
    while (this.#open.size === 0 && !this.#closing) {
      // oxlint-disable-next-line no-await-in-loop
      await this.#awake();
    }
    while (!this.#closing && !this.#open.isFull) {
      const remaining = this.#open.sinceMs + this.#flushMs - performance.now();
      if (remaining <= 0) break;
      // oxlint-disable-next-line no-await-in-loop
      await this.#awake(remaining);
    }
    return { messages: this.#open.take(), prepared: UNPREPARED };
  }

  #awake(timeoutMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        if (timeoutMs !== undefined && !this.#closing && !this.#open.isFull) return;
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  async #settle({ messages: batch, prepared }: ClosedBatch): Promise<void> {
    try {
      await this.#commit(batch, await prepared);
    } catch (error) {
      // A half of them may be committed and on its way to its senders.
      await this.#acknowledging.done();
      // Aborted, or a fault of the program: nothing of the others was acknowledged, the senders still have them.
      if (!(error instanceof AbortedError)) this.#log.error({ err: error }, 'batch given up');
      for (const held of batch) held.reject(new PipelineClosedError());
    }
  }

  /** Commits with retries; a batch with rows that can never be stored is halved until they stand alone. */
  async #commit(batch: readonly HeldMessage[], ahead?: PreparedBatch): Promise<void> {
    const mark = randomBytes(16);
    const staged = batch.map(({ item }) => item);
    let staleRetries = 0;
    for (let attempt = 1; ; attempt += 1) {
      const begin = performance.now();
      try {
        // oxlint-disable-next-line no-await-in-loop
        const totals = await commitBatch(staged, mark, this.#surroundings.context, {
          ahead: attempt === 1 ? ahead : undefined,
          isRepeated: attempt > 1,
          // What is left is short: the next batch is prepared in it.
          onWritten: () => this.#closeAhead(),
        });
        this.#metrics.flushSeconds.observe((performance.now() - begin) / 1000);
        this.#count(batch, totals);
        this.#failure = undefined;
        this.#committingSince = performance.now(); // a half may be left
        this.#acknowledging.add(batch);
        return;
      } catch (error) {
        if (isStaleReference(error) && staleRetries < 1) {
          staleRetries += 1;
          this.#surroundings.context.directory.forget();
          continue;
        }
        if (classifyError(error) === 'data' && this.#isolate(batch, error)) {
          // oxlint-disable-next-line no-await-in-loop
          for (const part of halves(batch)) await this.#commit(part);
          return;
        }
        // oxlint-disable-next-line no-await-in-loop
        await this.#pause(error, attempt, batch.length);
      }
    }
  }

  /** Whether the parts of the batch may do better than the whole: halves of several, or one message as quarantine. */
  #isolate(batch: readonly HeldMessage[], error: unknown): boolean {
    const [only] = batch;
    if (batch.length > 1 || only === undefined) return true;
    if (only.item.refusal !== undefined) return false;
    const cause = error instanceof Error ? error.message : String(error);
    this.#log.warn(
      { err: error, topic: only.item.message.topic },
      'the database refuses a message',
    );
    only.item.refusal = `the database refused it: ${cause}`;
    return true;
  }

  async #pause(error: unknown, attempt: number, messages: number): Promise<void> {
    if (this.#aborting.signal.aborted) throw new AbortedError(error);
    this.#metrics.retries.inc();
    this.#failure = error;
    const retryMs = backoffDelayMs(attempt, 50, 5000, Math.random());
    // One line when trouble begins and then every tenth attempt, not one per batch and second.
    const level = attempt === 1 || attempt % 10 === 0 ? 'warn' : 'debug';
    this.#log[level]({ err: error, attempt, messages, retryMs }, 'batch not committed yet');
    await delay(retryMs, this.#aborting.signal);
  }

  #count(batch: readonly HeldMessage[], totals: Awaited<ReturnType<typeof commitBatch>>): void {
    const now = Date.now() * 1000;
    const channels = Map.groupBy(
      batch,
      ({ item: { decoded } }) =>
        decoded.channel ?? (decoded.source === undefined ? 'unknown' : 'foreign'),
    );
    for (const [channel, { length }] of channels) this.#metrics.messages.inc({ channel }, length);
    const oldest = batch[0]?.receivedAtUs ?? now;
    this.#metrics.lagSeconds.observe(Math.max(0, now - oldest) / 1e6);
    for (const [outcome, count] of Object.entries(totals ?? {})) {
      if (count > 0) this.#metrics.readings.inc({ outcome }, count);
    }
  }
}

function halves<T>(batch: readonly T[]): (readonly T[])[] {
  if (batch.length < 2) return [batch];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/** The road of a message into the database; both front ends end here. */
export function createPipeline(options: PipelineOptions): Pipeline {
  return new BatchingPipeline(options);
}
