import type { PlanFacts } from '@verimeter/api-schema';
import { isCalendarDate, lotKey } from '@verimeter/metrology';
import type { Candidate, LegalDue } from '@verimeter/planning';
import type { PlanCandidateRow } from '@verimeter/registry';
import { DEVICE_KINDS, type DeviceKind, INDICATIONS, RECOMMENDATIONS } from '@verimeter/telemetry';

/** kWh in a year of a mean load in W. */
export const KWH_PER_WATT = (24 * 365.25) / 1000;
/** m3 in a year of litres a day. */
export const M3_PER_LITRE = 365.25 / 1000;

const one = <T extends string>(names: readonly T[], name: string | null): T | undefined =>
  names.find((known) => known === name);

/** What a plan knows of a device, by the row of the registry; undefined where its kind cannot be planned. */
export function candidateOf(row: PlanCandidateRow): Candidate | undefined {
  const kind = one(DEVICE_KINDS, row.kind);
  if (kind === undefined) return undefined;
  return {
    deviceId: row.device_id,
    kind,
    groupId: row.group_id ?? undefined,
    address: row.address ?? undefined,
    lat: row.lat ?? undefined,
    lon: row.lon ?? undefined,
    recommendation: one(RECOMMENDATIONS, row.recommendation) ?? 'none',
    indication: one(INDICATIONS, row.indication),
    probabilityOver: row.probability_over_limit ?? undefined,
    probabilityDrifted: row.probability_drifted ?? undefined,
    error: row.error_estimate ?? undefined,
    standardError: row.standard_error ?? undefined,
    // limits of an offset are no ratios
    limit: row.offset_unit === null ? (row.limit ?? undefined) : undefined,
    annualAmount: annualAmount(kind, row.mean_load),
    legal: legalDue(row),
    lot: lotOf(kind, row),
  };
}

function annualAmount(kind: DeviceKind, meanLoad: number | null): number | undefined {
  if (meanLoad === null || !(meanLoad > 0)) return undefined;
  if (kind === 'electricity_meter') return meanLoad * KWH_PER_WATT;
  return kind === 'water_meter' ? meanLoad * M3_PER_LITRE : undefined;
}

function legalDue({ legal_state: state, due_on: dueOn }: PlanCandidateRow): LegalDue {
  if (state === 'dated')
    return dueOn !== null && isCalendarDate(dueOn) ? { state, dueOn } : { state: 'unknown' };
  return { state: state === 'void' || state === 'not_regulated' ? state : 'unknown' };
}

/** Devices of which neither maker nor model is known share a key, and no more than that. */
function lotOf(kind: DeviceKind, row: PlanCandidateRow): string | undefined {
  const { manufacturer, model } = row;
  if (manufacturer === null || model === null) return undefined;
  return lotKey({
    kind,
    manufacturer,
    model,
    ...(row.accuracy_class === null ? {} : { accuracyClass: row.accuracy_class }),
    ...(row.nominal === null ? {} : { nominal: row.nominal }),
    ...(row.built_year === null ? {} : { builtYear: row.built_year }),
    ...(row.verified_on === null ? {} : { verifiedOn: row.verified_on }),
  });
}

/** What is kept of a device beside its place in the plan, but for the amounts. */
export function knownFacts(
  row: PlanCandidateRow,
  { kind, legal }: Candidate,
): Omit<
  PlanFacts,
  'amount_unit' | 'annual_amount' | 'amount_assumed' | 'mismeasured' | 'recoverable' | 'money'
> {
  return {
    kind,
    serial: row.serial,
    group_id: row.group_id,
    address: row.address,
    lat: row.lat,
    lon: row.lon,
    recommendation: row.recommendation,
    indication: row.indication,
    probability_over_limit: row.probability_over_limit,
    legal_state: legal.state,
    due_on: legal.state === 'dated' ? legal.dueOn : null,
  };
}
