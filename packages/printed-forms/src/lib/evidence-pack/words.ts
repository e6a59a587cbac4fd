import type { CustomerRequest, EvidencePack, Language } from '@verimeter/api-schema';
import type { LegalReason, VerificationKind } from '@verimeter/metrology';
import type { DeviceKind, GroupStatus, Indication, LegalStatus } from '@verimeter/telemetry';
import { packWordsEn } from './words-en.ts';
import { packWordsVi } from './words-vi.ts';

/** Every text of an evidence pack, for a customer as much as for an engineer. */
export interface PackWords {
  readonly issuer: (tenant: string) => string;
  readonly title: string;
  readonly reference: (id: string, sha256: string) => string;
  readonly page: (page: number, pages: number) => string;
  readonly none: string;
  readonly yes: string;
  readonly summary: {
    readonly title: string;
    readonly invariant: string;
    readonly indication: (name: string, sentence: string) => string;
    readonly legal: (status: string) => string;
    readonly use: (from: string, to: string, amount: string) => string;
    readonly noReadings: string;
    readonly noRegister: string;
    readonly estimateOfSensor: (value: string, low: string, high: string, limit: string) => string;
    readonly equal: (months: string, amount: string, moved: string) => string;
    readonly equalZero: (months: string) => string;
    readonly estimate: (value: string, low: string, high: string, limit: string) => string;
  };
  readonly request: {
    readonly title: string;
    readonly without: string;
    readonly asks: Readonly<Record<CustomerRequest['kind'], string>>;
    readonly kind: string;
    readonly number: string;
    readonly reference: string;
    readonly received: string;
    readonly due: string;
    readonly clock: string;
    readonly days: (amount: number, unit: 'day' | 'working_day') => string;
    readonly agreed: string;
    readonly noClock: string;
    readonly source: string;
    readonly unverified: string;
    readonly state: string;
    readonly timing: Readonly<Record<CustomerRequest['timing'], string>>;
    readonly note: string;
  };
  readonly device: {
    readonly title: string;
    readonly id: string;
    readonly kind: string;
    readonly kinds: Readonly<Record<DeviceKind, string>>;
    readonly serial: string;
    readonly maker: string;
    readonly typeApproval: string;
    readonly accuracyClass: string;
    readonly nominal: string;
    readonly phases: string;
    readonly built: string;
    readonly installed: string;
    readonly address: string;
  };
  readonly readings: {
    readonly title: string;
    readonly lead: (from: string, to: string, days: number) => string;
    readonly start: string;
    readonly end: string;
    readonly amount: string;
    readonly at: (value: string, when: string) => string;
    readonly dailyCaption: (unit: string) => string;
    readonly monthsTitle: string;
    readonly month: string;
    readonly register: (unit: string) => string;
    readonly used: (unit: string) => string;
    readonly share: string;
    readonly daysWithUse: string;
    readonly remark: string;
    readonly equal: string;
    readonly running: string;
    readonly partial: string;
    readonly equalNote: string;
    readonly daysTitle: string;
    readonly day: string;
    readonly factsTitle: string;
    readonly missing: (days: number) => string;
    readonly missingNone: string;
    readonly conflicts: (count: number) => string;
    readonly conflictsNone: string;
    readonly exceptions: (count: number) => string;
    readonly exceptionsNone: string;
    readonly events: (count: number) => string;
    readonly eventsNone: string;
    readonly corrections: (count: number) => string;
    readonly correctionsNone: string;
    readonly what: string;
    readonly from: string;
    readonly to: string;
    readonly severity: Readonly<Record<'info' | 'warning' | 'severe', string>>;
    readonly level: string;
    readonly eventKinds: Readonly<
      Record<EvidencePack['readings']['register_events'][number]['kind'], string>
    >;
    readonly eventStates: Readonly<Record<'open' | 'confirmed' | 'reversed', string>>;
    readonly before: string;
    readonly after: string;
    readonly state: string;
  };
  readonly balance: {
    readonly title: string;
    readonly none: string;
    readonly notFormed: string;
    readonly lead: (name: string, consumers: string) => string;
    readonly week: string;
    readonly supply: (unit: string) => string;
    readonly consumers: (unit: string) => string;
    readonly loss: string;
    readonly device: (unit: string) => string;
    readonly coverage: string;
    readonly reading: string;
    readonly status: string;
    readonly statuses: Readonly<Record<GroupStatus, string>>;
  };
  readonly estimate: {
    readonly title: string;
    readonly none: string;
    readonly indications: Readonly<Record<Indication, readonly [name: string, sentence: string]>>;
    readonly indication: string;
    readonly error: string;
    readonly interval: string;
    readonly limit: string;
    readonly overLimit: string;
    readonly detectable: string;
    readonly quantity: string;
    readonly offset: string;
    readonly model: string;
    readonly run: string;
    readonly window: string;
    readonly days: (days: string) => string;
    readonly asOf: string;
    readonly caption: string;
    readonly because: string;
    readonly sign: string;
  };
  readonly notClaimed: {
    readonly title: string;
    readonly verdict: string;
    readonly noReference: string;
    readonly notResolvable: string;
    readonly smaller: (detectable: string) => string;
    readonly behind: string;
    readonly readings: string;
  };
  readonly legal: {
    readonly title: string;
    readonly lead: string;
    readonly statuses: Readonly<Record<LegalStatus, string>>;
    readonly status: string;
    readonly verified: string;
    readonly due: string;
    readonly provisional: string;
    readonly provisionalDate: (date: string) => string;
    readonly reasons: string;
    readonly reason: Readonly<Record<LegalReason, string>>;
    readonly rule: string;
    readonly source: string;
    readonly cycle: string;
    readonly months: (months: string) => string;
    readonly confirmed: Readonly<Record<'confirmed' | 'unverified', string>>;
    readonly noRule: string;
    readonly since: string;
  };
  readonly verifications: {
    readonly title: string;
    readonly none: string;
    readonly kinds: Readonly<Record<VerificationKind | 'unknown', string>>;
    readonly results: Readonly<Record<'pass' | 'fail', string>>;
    readonly day: string;
    readonly kind: string;
    readonly result: string;
    readonly until: string;
    readonly body: string;
    readonly mark: string;
    readonly points: (day: string) => string;
    readonly point: string;
    readonly error: string;
    readonly uncertainty: string;
    readonly limit: string;
    readonly leftOut: (count: number) => string;
  };
  readonly clock: { readonly title: string; readonly none: string };
  readonly next: {
    readonly title: string;
    readonly utility: Readonly<Record<'electricity' | 'water' | 'other', readonly string[]>>;
    readonly sources: string;
  };
  readonly reproduce: {
    readonly title: string;
    readonly lead: string;
    readonly command: (asOf: string) => string;
    readonly id: string;
    readonly sha256: string;
    readonly made: string;
    readonly configuration: string;
    readonly code: (id: string) => string;
  };
  readonly signatures: readonly string[];
}

export const PACK_WORDS: Readonly<Record<Language, PackWords>> = {
  vi: packWordsVi,
  en: packWordsEn,
};
