import type { Decoded } from '../decoded.ts';
import type { DialectDecoder } from './dialect.ts';
import { type Command, MessageFindings } from './message-findings.ts';
import type { DialectMessage, SourceSettings } from './source.ts';

export interface ForeignDecoded {
  /** At least one. `received` over all of them is what the message brought. */
  readonly parts: readonly Decoded[];
  readonly commands: readonly Command[];
}

/** What a message of a source says, one part for each device. */
export function decodeForeign(
  decoder: DialectDecoder,
  message: DialectMessage,
  settings: SourceSettings,
): ForeignDecoded {
  const findings = new MessageFindings(message, settings);
  decoder.decode(findings);
  return { parts: findings.finish(), commands: findings.commands };
}
