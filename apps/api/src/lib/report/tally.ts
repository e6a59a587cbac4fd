import {
  type Report,
  REPORT_COUNTS,
  type REPORT_VERIFICATION_KINDS,
  type ReportCount,
} from '@verimeter/api-schema';
import type { LegalStatus } from '@verimeter/telemetry';

type Row = Report['rows'][number];
type VerificationKind = (typeof REPORT_VERIFICATION_KINDS)[number];

/** One verification of the period. */
export interface ReportedVerification {
  readonly kind: VerificationKind;
  readonly isPass: boolean;
}

/** A device as a report counts it. */
export interface ReportedDevice {
  readonly kind: Row['kind'];
  readonly groupId: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly year: string | null;
  readonly status: LegalStatus;
  /** Whether its validity ends in the month after the period. */
  readonly isDueNext: boolean;
  readonly verifications: readonly ReportedVerification[];
}

export type Counts = Record<ReportCount, number>;

export const noCounts = (): Counts => ({
  registered: 0,
  verified: 0,
  cross_checked: 0,
  passed: 0,
  failed: 0,
  overdue: 0,
  due_next_month: 0,
  void: 0,
  not_stated: 0,
});

function countsOf(device: ReportedDevice): Counts {
  const { status, verifications } = device;
  const cross = verifications.filter(({ kind }) => kind === 'cross_check').length;
  const passed = verifications.filter(({ isPass }) => isPass).length;
  return {
    registered: 1,
    verified: verifications.length - cross,
    cross_checked: cross,
    passed,
    failed: verifications.length - passed,
    overdue: status === 'expired' ? 1 : 0,
    due_next_month: device.isDueNext ? 1 : 0,
    void: status === 'void' ? 1 : 0,
    not_stated: status === 'unknown' ? 1 : 0,
  };
}

export function addCounts(to: Counts, counts: Readonly<Counts>): void {
  for (const name of REPORT_COUNTS) to[name] += counts[name];
}

/** Adds devices up, by kind, area and lot. */
export function tally() {
  const rows = new Map<string, Row>();
  return {
    add(device: ReportedDevice): void {
      const { kind, groupId, manufacturer, model, year } = device;
      const key = JSON.stringify([kind, groupId, manufacturer, model, year]);
      let row = rows.get(key);
      if (row === undefined) {
        row = {
          kind,
          group_id: groupId,
          manufacturer,
          model,
          year,
          ...noCounts(),
          by_verification_kind: {
            initial: 0,
            periodic: 0,
            after_repair: 0,
            extraordinary: 0,
            cross_check: 0,
            unknown: 0,
          },
        };
        rows.set(key, row);
      }
      addCounts(row, countsOf(device));
      for (const verification of device.verifications)
        row.by_verification_kind[verification.kind] += 1;
    },
    rows: (): Row[] => [...rows.values()],
  };
}

/** Rows added up over all that `keyOf` does not tell apart, those with most devices first. */
export function grouped<Key extends object>(
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Key & Counts)[] {
  const groups = new Map<string, Key & Counts>();
  for (const row of rows) {
    const key = keyOf(row);
    const text = JSON.stringify(Object.values(key));
    let group = groups.get(text);
    if (group === undefined) {
      group = { ...key, ...noCounts() };
      groups.set(text, group);
    }
    addCounts(group, row);
  }
  return [...groups]
    .toSorted(
      ([left, one], [right, other]) => other.registered - one.registered || (left < right ? -1 : 1),
    )
    .map(([, group]) => group);
}
