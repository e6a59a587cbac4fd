import type { IClientOptions } from 'mqtt';

/** What names a session and bounds it. */
export interface SessionConnection {
  readonly clientId: string;
  /** Seconds the broker keeps the session of an absent worker. */
  readonly sessionExpiryS: number;
  /** Messages received and not acknowledged, at most. */
  readonly maxUnacked: number;
  readonly tls: Pick<IClientOptions, 'ca' | 'cert' | 'key'>;
}

/** Receive Maximum is two bytes (MQTT 5, 3.1.2.11.3). */
const HIGHEST_RECEIVE_MAXIMUM = 65_535;

/** For a persistent session. MQTT 5 needs the expiry: `clean: false` alone ends with the connection. */
export function sessionOptions(
  { clientId, sessionExpiryS, maxUnacked, tls }: SessionConnection,
  more: Pick<IClientOptions, 'protocolVersion' | 'keepalive' | 'reconnectPeriod'>,
): IClientOptions {
  return {
    ...tls,
    ...more,
    clientId,
    clean: false,
    connectTimeout: 10_000,
    resubscribe: false,
    // Otherwise a refused client never tries again (mqtt 5.16).
    reconnectOnConnackError: true,
    properties: {
      sessionExpiryInterval: sessionExpiryS,
      receiveMaximum: Math.min(maxUnacked, HIGHEST_RECEIVE_MAXIMUM),
    },
  };
}
