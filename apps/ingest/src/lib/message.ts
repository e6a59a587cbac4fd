/** A message as a front end (MQTT subscriber, embedded broker, replay) hands it to the pipeline. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Microseconds since 1970. */
  readonly receivedAtUs: number;
  readonly qos: 0 | 1 | 2;
  /** Replayed by the broker because it was retained; false for a message that merely asks to be retained. */
  readonly retain: boolean;
  /** The sender says that it may have been delivered before. */
  readonly dup: boolean;
  /** Names the session whose packet ids `packetId` belongs to; a redelivery comes in the same one. */
  readonly session: string;
  /** Undefined for QoS 0: such a message is never redelivered. */
  readonly packetId: number | undefined;
  /** Column `source` of ledger and quarantine: `mqtt`, `replay`. */
  readonly source: string;
  /** The broker has just lost the session: what comes now may have come before under another packet id. */
  readonly sessionLost?: boolean;
}

/** The pipeline is closing and did not take the message: it must not be acknowledged. */
export class PipelineClosedError extends Error {
  readonly code = 'pipeline_closed';

  constructor() {
    super('the ingest pipeline is closing');
    this.name = 'PipelineClosedError';
  }
}
