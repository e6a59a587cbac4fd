import { type Logger, delay, redactUrl } from '@verimeter/service-runtime';
import mqtt, { type MqttClient } from 'mqtt';
import {
  type BrokerError,
  NOT_SHARED,
  brokerProblem,
  farewellOf,
  keepsEnding,
  refusalOf,
  speaksOlderVersion,
  takenOver,
} from './broker-problems.ts';
import type { IncomingMessage } from './message.ts';
import { type Farewell, createReconnectPace } from './reconnect-pace.ts';
import { type SessionConnection, sessionOptions } from './session-options.ts';
import { grantProblem, isRefused, subscribeAll } from './sources/grants.ts';
import { NATIVE, sharedFilter, subscriptionsOf } from './sources/subscriptions.ts';
import { type SessionReceiver, createSessionReceiver } from './session-receiver.ts';

export interface SubscriberOptions extends SessionConnection {
  /** `mqtt`, `mqtts`, `ws`, `wss`; user and password inside. */
  readonly url: string;
  /** Workers that share a subscription; empty: this one has it alone. */
  readonly sharedGroup: string;
  readonly maxUnackedBytes: number;
  /** What the session was subscribed to when a worker held it last: of sources that are gone it is not any more. */
  readonly formerSubscriptions?: readonly string[];
  /** Topic filters of sources as they are now; default: none. */
  readonly sourceFilters?: () => readonly string[];
  /** Told after each subscription: filters of sources that the broker does not grant at QoS 1, each with what mends it. */
  readonly onRefused?: (problems: ReadonlyMap<string, string>) => void;
  readonly accept: (message: IncomingMessage) => Promise<void>;
  readonly log: Logger;
  /** Seconds; default 60. */
  readonly keepaliveS?: number;
  /**
   * For the test that shows what a crash test is worth: acknowledges on receipt, which loses messages. Not reachable by
   * configuration.
   */
  readonly ackBeforeCommit?: boolean;
}

export interface Subscriber extends Pick<
  SessionReceiver,
  'unacknowledged' | 'oldestS' | 'holding' | 'received'
> {
  /** Undefined when connected with every filter granted at QoS 1, else why not; whatever is granted is received all the same. */
  problem(): string | undefined;
  /** Connections so far, and how often the broker had lost the session when one began. */
  readonly connections: number;
  readonly sessionsLost: number;
  /** Filters granted at QoS 1. */
  readonly subscriptions: readonly string[];
  /** The filters of sources have changed. */
  resubscribe(): void;
  /** Publishes beside what it receives; not while the connection is away. */
  publish(topic: string, payload: Uint8Array): void;
  /** Stops reading: no further message is handed to `accept`. */
  pause(): void;
  /** After the accepted messages have settled: acknowledges them and disconnects, keeping the session. */
  stop(): Promise<void>;
}

/** RabbitMQ 3.10 answers a CONNECT of MQTT 5 by closing. So often in a row: then the other version is tried. */
const UNANSWERED = 2;
const RESUBSCRIBE_MS = 5000;
/** Filters of sources that were refused are asked for again. */
const REFUSED_MS = 30_000;
/** Where the client itself ends a connection that does not answer its pings, it sets its timer before anybody is asked. */
const AFTER_SILENCE_MS = 1000;
const SUBSCRIBING = 'subscribing';
const ANSWER_BEHIND =
  'connected again; the answer to the subscription is behind messages that wait for the database';
const END_MS = 1000;

/** MQTT subscription with a persistent session; what comes is acknowledged after `accept` has resolved. */
export function startSubscriber(options: SubscriberOptions): Subscriber {
  const { log } = options;
  const nativeFilter = sharedFilter(options.sharedGroup, NATIVE);
  /** Granted on the connection under way. */
  let granted: readonly string[] = [];
  let inherited = options.formerSubscriptions ?? [];
  const keepaliveS = options.keepaliveS ?? 60;
  const receiver = createSessionReceiver({ ...options, keepaliveS });
  let protocolVersion: 4 | 5 = 5;
  let client: MqttClient;
  let problem: string | undefined = 'connecting';
  let reported: string | undefined;
  /** Of filters of sources, as they were told last. */
  let refusals = '';
  let retrying: NodeJS.Timeout | undefined;
  let stopped = false;
  let connections = 0;
  let sessionsLost = 0;
  let unanswered = 0;
  const pace = createReconnectPace();

  function report(text: string): void {
    if (stopped) return;
    problem = text;
    if (reported === text) return; // once, not with every attempt
    reported = text;
    log.warn({ broker: redactUrl(options.url), problem: text }, 'broker not usable yet');
  }

  /** Subscriptions of the connection under way, one after the other: what one leaves, the next may want again. */
  let turn = Promise.resolve();
  function subscribe(of: MqttClient): void {
    turn = turn.then(() => subscribeNow(of));
  }

  async function subscribeNow(of: MqttClient): Promise<void> {
    if (of !== client || !of.connected || stopped) return;
    try {
      const { filters, problems } = await subscribeWhatIsAllowed(of);
      const gone = [...inherited, ...granted].filter((filter) => !filters.includes(filter));
      if (gone.length > 0) await of.unsubscribeAsync(gone);
      inherited = [];
      granted = filters;
      problem = undefined;
      reported = undefined;
      log.info({ broker: redactUrl(options.url), filters, protocolVersion }, 'subscribed');
      tellRefusals(problems);
      if (problems.size > 0) later(of, REFUSED_MS);
    } catch (error) {
      if (of !== client || !of.connected || stopped) return; // its end says why
      const cause = error instanceof Error ? error.message : String(error);
      report(`the broker does not grant QoS 1 on ${nativeFilter}: ${cause}`);
      later(of, RESUBSCRIBE_MS);
    }
  }

  /**
   * What the broker refuses of the filters of sources is left out, for one source must not keep the others from their messages; then a filter that
   * was covered by it counts for itself. @throws where it refuses Verimeter's own
   */
  async function subscribeWhatIsAllowed(
    of: MqttClient,
  ): Promise<{ filters: string[]; problems: Map<string, string> }> {
    const left = new Set(options.sourceFilters?.() ?? []);
    const problems = new Map<string, string>();
    for (;;) {
      const filters = subscriptionsOf(options.sharedGroup, [...left]);
      // oxlint-disable-next-line no-await-in-loop -- what is asked next depends on it
      const codes = await subscribeAll(of, filters);
      // A filter of a source such as # covers Verimeter's own topics: while it is granted they need none of their own.
      const own = filters.includes(nativeFilter)
        ? grantProblem(nativeFilter, codes.get(nativeFilter))
        : undefined;
      if (own !== undefined) throw new Error(own);
      const before = left.size;
      for (const plain of left) {
        const filter = sharedFilter(options.sharedGroup, plain);
        if (!filters.includes(filter)) continue;
        const why = grantProblem(plain, codes.get(filter));
        if (why !== undefined) problems.set(plain, why);
        if (isRefused(codes.get(filter))) left.delete(plain);
      }
      if (left.size === before) return { filters, problems };
    }
  }

  function tellRefusals(problems: ReadonlyMap<string, string>): void {
    const text = [...problems.values()].join('; ');
    if (text !== refusals) {
      refusals = text;
      if (text !== '') log.warn({ problems: [...problems.values()] }, 'sources without messages');
    }
    options.onRefused?.(problems);
  }

  /** On the same connection; a new one subscribes anyway. */
  function later(of: MqttClient, ms: number): void {
    clearTimeout(retrying);
    retrying = setTimeout(() => {
      if (of === client && of.connected) subscribe(of);
    }, ms).unref();
  }

  /** Goes on with another version of the protocol. */
  function speak(former: MqttClient, version: 4 | 5): void {
    protocolVersion = version;
    unanswered = 0;
    former.end(true);
    if (!stopped) client = connect();
  }

  function connect(): MqttClient {
    const next = mqtt.connect(
      options.url,
      sessionOptions(options, { protocolVersion, keepalive: keepaliveS }),
    );
    // Of the connection under way.
    let accepted = false;
    let erred = false;
    let isOver = false;
    let farewell: Farewell | undefined;

    /** The client takes the time until the next attempt from its options when the connection has ended. */
    function end(): void {
      if (isOver) return;
      isOver = true;
      const { waitMs, isRivalled } = pace.ended(performance.now(), farewell);
      next.options.reconnectPeriod = waitMs;
      if (isRivalled && farewell === undefined) report(keepsEnding(options.clientId));
    }

    next.handleMessage = receiver.handlerOf(next);
    next.on('reconnect', () => {
      accepted = false;
      erred = false;
      isOver = false;
      farewell = undefined;
    });
    next.on('connect', ({ sessionPresent, properties }) => {
      accepted = true;
      next.options.reconnectPeriod = AFTER_SILENCE_MS;
      pace.connected(performance.now());
      const sessionLost = connections > 0 && !sessionPresent;
      receiver.connected(next, sessionLost);
      connections += 1;
      if (sessionLost) {
        sessionsLost += 1;
        log.warn('the broker has lost the session of this worker');
      }
      problem = SUBSCRIBING;
      const shares = protocolVersion === 5 && properties?.sharedSubscriptionAvailable !== false;
      turn = Promise.resolve();
      if (options.sharedGroup === '' || shares) subscribe(next);
      else report(NOT_SHARED);
    });
    // Before the client's own listener.
    next.prependListener('close', () => {
      unanswered = accepted || erred ? 0 : unanswered + 1;
      if (unanswered >= UNANSWERED && connections === 0 && !stopped) {
        report('the broker closes the connection without an answer');
        speak(next, protocolVersion === 5 ? 4 : 5);
        return;
      }
      end();
      if (problem === undefined || problem === SUBSCRIBING) report('the connection is lost');
    });
    next.on('disconnect', ({ reasonCode }) => {
      farewell = farewellOf(reasonCode);
      if (farewell === 'taken over') report(takenOver(options.clientId));
    });
    next.on('error', (error: BrokerError) => {
      erred = true;
      if (protocolVersion === 5 && speaksOlderVersion(error)) {
        log.info('the broker does not speak MQTT 5, going on with 3.1.1');
        speak(next, 4);
        return;
      }
      report(brokerProblem(error));
      if (accepted || typeof error.code !== 'number') return; // `close` follows
      // Refused: the client sets its timer before `close`.
      farewell = refusalOf(error.code);
      end();
    });
    return next;
  }

  client = connect();
  return {
    problem: () => {
      if (problem === SUBSCRIBING && receiver.holding) return ANSWER_BEHIND;
      return problem ?? (refusals === '' ? undefined : refusals);
    },
    get unacknowledged() {
      return receiver.unacknowledged;
    },
    get oldestS() {
      return receiver.oldestS;
    },
    get holding() {
      return receiver.holding;
    },
    received: receiver.received,
    get connections() {
      return connections;
    },
    get sessionsLost() {
      return sessionsLost;
    },
    get subscriptions() {
      return granted;
    },
    resubscribe() {
      // While the connection is away, or not accepted yet, the next subscription asks for them anyway.
      if (client.connected && !stopped) subscribe(client);
    },
    publish(topic, payload) {
      if (!client.connected) return;
      client.publish(topic, Buffer.from(payload), { qos: 0 }, (error) => {
        if (error != null) log.warn({ err: error, topic }, 'not published');
      });
    },
    pause: () => receiver.pause(),
    async stop() {
      receiver.pause();
      stopped = true;
      problem = 'stopped';
      receiver.end();
      // Not forced: the acknowledgements just written go out before DISCONNECT. A client whose callback is held does
      // not see the end of its stream, so it is not waited for long.
      const farewell = client.endAsync(!client.connected);
      const waited = new AbortController();
      await Promise.race([
        farewell,
        delay(END_MS, waited.signal).then(
          () => client.end(true),
          () => undefined,
        ),
      ]);
      waited.abort();
    },
  };
}
