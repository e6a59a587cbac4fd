import type { LegalEvent, LegalFacts, VerificationRecord } from './legal-facts.ts';

/** What is known of the meter that is in place on a date. */
export interface PresentMeter {
  /** In the order of their days; one per day. */
  readonly verifications: readonly VerificationRecord[];
  /** What is registered with the device, where that is of this meter. */
  readonly registered: Pick<LegalFacts, 'verifiedOn' | 'validUntil' | 'validUntilPrecision'>;
  readonly events: readonly LegalEvent[];
  /** Since when it is in place, where it replaced another one. */
  readonly swappedOn?: string;
}

/** Several records of one day are test points of one verification: a failed one decides, the earliest end counts. */
function sameDay(left: VerificationRecord, right: VerificationRecord): VerificationRecord {
  const earlier =
    right.validUntil === undefined ||
    (left.validUntil !== undefined && left.validUntil <= right.validUntil)
      ? left
      : right;
  const kind = left.kind ?? right.kind;
  const serial = left.serial ?? right.serial;
  return {
    verifiedOn: left.verifiedOn,
    result: left.result === 'fail' || right.result === 'fail' ? 'fail' : 'pass',
    ...(kind === undefined ? {} : { kind }),
    ...(serial === undefined ? {} : { serial }),
    ...(earlier.validUntil === undefined ? {} : { validUntil: earlier.validUntil }),
    ...(earlier.validUntilPrecision === undefined
      ? {}
      : { validUntilPrecision: earlier.validUntilPrecision }),
  };
}

/**
 * Whether a record changes the validity. A cross-check that passes and states no validity of its own leaves the mark in
 * force as it is: it neither renews it nor restores one that was lost. One that fails does.
 */
const counts = (record: VerificationRecord): boolean =>
  record.kind !== 'cross_check' || record.result === 'fail' || record.validUntil !== undefined;

function byDay(records: readonly VerificationRecord[]): VerificationRecord[] {
  const days = new Map<string, VerificationRecord>();
  for (const record of records) {
    if (!counts(record)) continue;
    const other = days.get(record.verifiedOn);
    days.set(record.verifiedOn, other === undefined ? record : sameDay(other, record));
  }
  return [...days.values()].toSorted((left, right) =>
    left.verifiedOn < right.verifiedOn ? -1 : 1,
  );
}

/**
 * Which of the verifications are of the meter that is in place after swaps. Those from the day of the last swap on are. Of
 * earlier ones only an initial verification can be, because a meter is verified before it is put in; and it is, where it names
 * the serial number that the device has now, or where another verification of the meter before goes ahead of it: no meter is verified
 * initially twice, nor after it was in use.
 */
function ofPresent(
  facts: LegalFacts,
  records: readonly VerificationRecord[],
  swaps: readonly string[],
): readonly VerificationRecord[] {
  let own: VerificationRecord[] = [];
  let from = '';
  for (const swappedOn of [...swaps, undefined]) {
    const spell = records.filter(
      ({ verifiedOn }) => verifiedOn >= from && (swappedOn === undefined || verifiedOn < swappedOn),
    );
    const initialOfNext: VerificationRecord[] = [];
    for (const record of spell) {
      if (swappedOn !== undefined && record.kind === 'initial' && own.length > 0)
        initialOfNext.push(record);
      else own.push(record);
    }
    if (swappedOn === undefined) break;
    own = initialOfNext.slice(-1);
    from = swappedOn;
  }
  const named = records.filter(
    ({ kind, serial }) => kind === 'initial' && serial !== undefined && serial === facts.serial,
  );
  const others = own.filter(
    ({ serial, verifiedOn }) =>
      verifiedOn >= from || serial === undefined || serial === facts.serial,
  );
  return [...new Set([...named, ...others])];
}

/** What of the facts up to a date is of the meter in place then. Confirmed swaps begin anew. */
export function presentMeter(facts: LegalFacts, on: string): PresentMeter {
  const registeredOn = facts.verifiedOn;
  const isRegistered = registeredOn === undefined || registeredOn <= on;
  const records = byDay(facts.verifications.filter(({ verifiedOn }) => verifiedOn <= on));
  const events = (facts.events ?? []).filter((event) => event.on <= on);
  const swaps = [
    ...new Set(events.filter(({ kind }) => kind === 'swapped').map((event) => event.on)),
  ].toSorted();
  const swappedOn = swaps.at(-1);
  const registered = isRegistered ? facts : {};
  if (swappedOn === undefined) return { verifications: records, registered, events };
  // A register that was brought up to date after the swap describes the new meter, whose verification came before it was put in.
  const isOfNew =
    (registeredOn !== undefined && registeredOn >= swappedOn) ||
    (facts.installedOn !== undefined && facts.installedOn >= swappedOn);
  const earlierKnown =
    !isOfNew &&
    registeredOn !== undefined &&
    isRegistered &&
    !records.some(({ verifiedOn }) => verifiedOn === registeredOn)
      ? [{ verifiedOn: registeredOn, result: 'pass' as const }]
      : [];
  const own = ofPresent(facts, byDay([...records, ...earlierKnown]), swaps).filter(
    (record) => !earlierKnown.some(({ verifiedOn }) => verifiedOn === record.verifiedOn),
  );
  return {
    verifications: own.toSorted((left, right) => (left.verifiedOn < right.verifiedOn ? -1 : 1)),
    registered: isOfNew ? registered : {},
    // What is done to seals on the day of a swap is part of it.
    events: events.filter((event) => event.on > swappedOn),
    swappedOn,
  };
}
