import type { VerificationItem } from '@verimeter/api-schema';
import type {
  Connection,
  InstrumentCategory,
  LegalEventKind,
  LegalReason,
  RuleBasis,
  RuleSetName,
  RuleStatus,
  Technology,
  VerificationKind,
  VerificationWarningCode,
} from '@verimeter/metrology';
import type { DraftProblemCode } from '../lib/verification-draft.ts';

/** The words of a language for the values of the legal side: a new value does not compile until it has one. */
export interface LegalWords {
  readonly verificationKind: Readonly<Record<VerificationKind, string>>;
  readonly result: Readonly<Record<VerificationItem['result'], string>>;
  readonly mark: Readonly<Record<NonNullable<VerificationItem['mark']>, string>>;
  readonly eventKind: Readonly<Record<LegalEventKind, string>>;
  /** Why a device stands as it does, in a sentence. */
  readonly reason: Readonly<Record<LegalReason, string>>;
  readonly warning: Readonly<Record<VerificationWarningCode, string>>;
  readonly problem: Readonly<Record<DraftProblemCode, string>>;
  readonly ruleSet: Readonly<Record<RuleSetName, string>>;
  readonly ruleStatus: Readonly<Record<RuleStatus, string>>;
  readonly ruleBasis: Readonly<Record<RuleBasis, string>>;
  readonly category: Readonly<Record<InstrumentCategory, string>>;
  readonly technology: Readonly<Record<Technology, string>>;
  /** A citation that stands in the data in English. */
  readonly citation: (source: string) => string;
  /** Of a built-in rule, by its id; others keep the note they have. */
  readonly ruleNote: Readonly<Record<string, string>>;
  readonly connection: Readonly<Record<Connection, string>>;
}
