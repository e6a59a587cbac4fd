import type { Farewell } from './reconnect-pace.ts';

export interface BrokerError extends Error {
  readonly code?: number | string;
}

/** CONNACK codes of MQTT 3.1.1 and 5 for wrong or missing credentials. */
const CREDENTIALS = new Set([4, 5, 134, 135]);
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** CONNACK codes for a protocol version the broker does not speak: 3.1.1 and 5. */
const UNSUPPORTED_VERSION = new Set([1, 132]);

export const speaksOlderVersion = ({ code }: BrokerError): boolean =>
  UNSUPPORTED_VERSION.has(Number(code));

/** What keeps the worker from the broker, and what mends it, in one line. The password is in none of them. */
export function brokerProblem(error: BrokerError): string {
  const { code } = error;
  const said = error.message === '' ? String(code ?? error.name) : error.message;
  if (CREDENTIALS.has(Number(code)))
    return `the broker refuses user or password (${said}): correct them in MQTT_URL`;
  if (typeof code !== 'string') return said;
  if (UNTRUSTED.has(code))
    return `the certificate of the broker is of an unknown authority (${code}): give its certificate in MQTT_CA_FILE`;
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate of the broker has expired: renew it';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of the broker is for another name than that in MQTT_URL: ${said}`;
  if (/^ERR_SSL_(TLSV1|SSLV3)_ALERT_|CERTIFICATE_REQUIRED/.test(code))
    return `the broker refuses the certificate of this worker (${code}): see MQTT_CERT_FILE and MQTT_KEY_FILE`;
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/.test(code))
    return 'the broker does not speak TLS on this port: mqtt:// in place of mqtts://, or another port';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the name of the broker is not known (${said}): see MQTT_URL`;
  return said;
}

/** Reason of MQTT 5: another client that names itself alike has the session now. Mosquitto 2.0.11 closes without saying it. */
const SESSION_TAKEN_OVER = 0x8e;
/** Unavailable in 3.1.1 and 5, busy, shutting down: of a broker that starts or ends. */
const UNAVAILABLE = new Set([3, 0x88, 0x89, 0x8b]);

/** What the reason of a DISCONNECT says of the next attempt. */
export function farewellOf(reason: number | undefined): Farewell | undefined {
  if (reason === SESSION_TAKEN_OVER) return 'taken over';
  return reason !== undefined && UNAVAILABLE.has(reason) ? 'unavailable' : undefined;
}

/** What the code of a CONNACK that refuses says of it. */
export const refusalOf = (code: number): Farewell =>
  UNAVAILABLE.has(code) ? 'unavailable' : 'refused';

export const takenOver = (clientId: string): string =>
  `another client has connected as ${clientId} and has the session now: give each worker an MQTT_CLIENT_ID of its own`;

export const keepsEnding = (clientId: string): string =>
  `the broker ends each connection soon after it began, as it does when another client connects as ${clientId}: give each worker an MQTT_CLIENT_ID of its own`;

/** Measured: RabbitMQ 3.10 and NATS 2.9 grant a shared subscription at QoS 1 and deliver nothing. */
export const NOT_SHARED =
  'the broker has no shared subscriptions (they came with MQTT 5): leave MQTT_SHARED_GROUP empty and run one worker, or use a broker that has them';
