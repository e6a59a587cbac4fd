import type { JsonValue } from '../json.ts';
import type { MessageFindings } from './message-findings.ts';
import type { SourceSettings } from './source.ts';

/** What a decoder remembers between messages, by key: births, mappings. JSON, so that it outlives the process. */
export type DialectState = Map<string, JsonValue>;

/** Turns the messages of one source into findings. It does not throw: what it cannot use becomes a reject or is ignored. */
export interface DialectDecoder {
  decode(findings: MessageFindings): void;
  /**
   * What it remembers. Whoever runs it keeps what changes (a value that is another object than before) and hands it to the next one; a decoder
   * without it needs no memory.
   */
  readonly state?: DialectState;
  /**
   * One value of two for a key that another worker has learnt as well: `kept` is what all will have read who look now, `own` what was learnt here
   * without knowing it. Default: `own`, for what is said anew by each message.
   */
  readonly merge?: (key: string, kept: JsonValue, own: JsonValue) => JsonValue;
}

/** A payload format, see docs/how-to/add-a-dialect.md. */
export interface Dialect {
  /** In lower case, as it is typed and stored. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Topic filters of an installation as it comes; empty: every installation has its own. */
  readonly filters: readonly string[];
  /** Settings without which it cannot decode at all, such as the names of free fields. */
  readonly options?: Readonly<Record<string, string>>;
  /** Whether a topic without wildcards is that of one device, so that a rule for device ids may be its id itself. */
  readonly isOneDeviceATopic?: boolean;
  create(settings: SourceSettings, state?: DialectState): DialectDecoder;
}
