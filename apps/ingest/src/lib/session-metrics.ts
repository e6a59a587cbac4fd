import { Counter, Gauge, type Registry } from 'prom-client';
import type { SessionHeartbeat } from './session-heartbeat.ts';
import type { Subscriber } from './subscriber.ts';

/** What of the service runs already. */
interface Sessions {
  readonly subscriber?: Subscriber;
  readonly heartbeat?: SessionHeartbeat;
}

const abandoned = ({ heartbeat }: Sessions): number =>
  heartbeat?.sessions.filter(({ state }) => state !== 'held').length ?? 0;

/** Metrics of the MQTT session; docs/spec/ingest.md lists them. They are read when asked for. */
export function registerSessionMetrics(registry: Registry, sessions: Sessions): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(metric);
  };
  const counter = (name: string, help: string, read: () => number): void => {
    const metric = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
    registry.registerMetric(metric);
  };
  gauge(
    'ingest_unacked_messages',
    'Messages received from the broker and not acknowledged yet',
    () => sessions.subscriber?.unacknowledged ?? 0,
  );
  gauge(
    'ingest_oldest_unacked_seconds',
    'How long the oldest of these has been in hand',
    () => sessions.subscriber?.oldestS ?? 0,
  );
  gauge('ingest_reading_held', '1 while nothing is read, because the bound is reached', () =>
    sessions.subscriber?.holding === true ? 1 : 0,
  );
  gauge(
    'ingest_abandoned_sessions',
    'Sessions that no running worker has and the broker still keeps messages for',
    () => abandoned(sessions),
  );
  counter(
    'ingest_connections_total',
    'Connections to the broker',
    () => sessions.subscriber?.connections ?? 0,
  );
  counter(
    'ingest_sessions_lost_total',
    'Connections on which the broker no longer had the session',
    () => sessions.subscriber?.sessionsLost ?? 0,
  );
  registry.registerMetric(
    new Counter({
      name: 'ingest_received_messages_total',
      help: 'Messages received from the broker, repetitions included, by quality of service',
      labelNames: ['qos'],
      registers: [],
      collect() {
        this.reset();
        for (const [qos, count] of (sessions.subscriber?.received ?? [0, 0, 0]).entries())
          this.inc({ qos }, count);
      },
    }),
  );
}

/** The body of `/health/sessions`: this worker's lag, and the sessions of all workers of the database. */
export function describeSessions(sessions: Sessions): object {
  const { subscriber, heartbeat } = sessions;
  return {
    unacknowledged: subscriber?.unacknowledged ?? 0,
    oldest_unacknowledged_s: Math.round((subscriber?.oldestS ?? 0) * 1000) / 1000,
    reading_held: subscriber?.holding ?? false,
    subscriptions: subscriber?.subscriptions ?? [],
    sessions: (heartbeat?.sessions ?? []).map((session) => ({
      broker: session.broker,
      client_id: session.clientId,
      filter: session.filter,
      state: session.state,
      seen_at: new Date(session.seenAtUs / 1000).toISOString(),
    })),
  };
}
