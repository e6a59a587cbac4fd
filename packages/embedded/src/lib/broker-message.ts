/** A message as the broker hands it on: the shape of the ingest pipeline's input. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Microseconds since 1970. */
  readonly receivedAtUs: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** The client id: packet ids belong to it. */
  readonly session: string;
  /** Undefined for QoS 0. */
  readonly packetId: number | undefined;
  readonly source: 'mqtt';
}

/** What a connected device may do. */
export interface BrokerPrincipal {
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}
