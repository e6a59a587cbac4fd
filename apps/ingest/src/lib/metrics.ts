import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Metrics of one pipeline; docs/spec/ingest.md lists them. */
export interface IngestMetrics {
  readonly messages: Counter<'channel'>;
  readonly readings: Counter<'outcome'>;
  readonly retries: Counter;
  readonly redelivered: Counter;
  readonly beyondRate: Counter;
  readonly floodingDevices: Gauge;
  readonly flushSeconds: Histogram;
  readonly lagSeconds: Histogram;
  readonly pendingMessages: Gauge;
}

export function createIngestMetrics(registry: Registry, pending: () => number): IngestMetrics {
  const registers = [registry];
  return {
    messages: new Counter({
      name: 'ingest_messages_total',
      help: 'Messages committed, by the last level of their topic',
      labelNames: ['channel'],
      registers,
    }),
    readings: new Counter({
      name: 'ingest_readings_total',
      help: 'Readings by what became of them: stored, duplicate, conflicting, rejected, ignored',
      labelNames: ['outcome'],
      registers,
    }),
    retries: new Counter({
      name: 'ingest_batch_retries_total',
      help: 'Batches tried again because database or connection failed',
      registers,
    }),
    redelivered: new Counter({
      name: 'ingest_redelivered_messages_total',
      help: 'Messages of which the sender says that they may have been delivered before',
      registers,
    }),
    beyondRate: new Counter({
      name: 'ingest_beyond_rate_messages_total',
      help: 'Messages that a device sent beyond 50 per second, after 500 at once',
      registers,
    }),
    floodingDevices: new Gauge({
      name: 'ingest_flooding_devices',
      help: 'Devices that sent more than that in the minute before the last look',
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'ingest_flush_seconds',
      help: 'Time to commit one batch, without retries',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    lagSeconds: new Histogram({
      name: 'ingest_commit_lag_seconds',
      help: 'From the arrival of a message to its commit',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
      registers,
    }),
    pendingMessages: new Gauge({
      name: 'ingest_pending_messages',
      help: 'Messages taken and not committed yet',
      registers,
      collect() {
        this.set(pending());
      },
    }),
  };
}
