import {
  type Finding,
  type FindingEstimate,
  type FindingStatus,
  LIVE_STATUSES,
} from '@verimeter/api-schema';
import type { GroupKind } from '@verimeter/telemetry';
import type { Vocabulary } from '../../i18n/vocabulary.ts';
import { type Estimate, estimateOf } from '../../lib/estimate.ts';
import type { Formatter } from '../../lib/format.ts';

const DAY_MS = 86_400e3;

/** The name of the device or group that a finding is about. */
export const subjectOf = (finding: Pick<Finding, 'device_id' | 'group_id'>): string =>
  finding.device_id ?? finding.group_id ?? '';

export const isLive = (status: FindingStatus): boolean =>
  LIVE_STATUSES.some((live) => live === status);

/** How long ago, in days: "3 days ago". */
export function ageText(iso: string, nowMs: number, format: Formatter): string {
  const days = Math.max(0, Math.floor((nowMs - Date.parse(iso)) / DAY_MS));
  return new Intl.RelativeTimeFormat(format.locale, { numeric: 'auto' }).format(-days, 'day');
}

/** The published estimate of a finding's device; temperature and pressure, which have an offset, show none here. */
export function findingEstimate(estimate: FindingEstimate | null): Estimate | undefined {
  return estimate === null
    ? undefined
    : estimateOf({
        ...estimate,
        offset_estimate: null,
        offset_standard_error: null,
        offset_unit: null,
      });
}

const has = <Name extends string>(
  words: Readonly<Record<Name, unknown>>,
  name: string,
): name is Name => Object.hasOwn(words, name);

/** What the analysis said, of an entry of the history: `indication/recommendation`, or the status of a group. */
export function statementText(
  value: string | null,
  words: Vocabulary,
  groupKind: GroupKind,
): string {
  if (value === null) return '–';
  const [indication = '', recommendation = ''] = value.split('/');
  const statuses = words.groupStatus[groupKind];
  if (has(statuses, value)) return statuses[value][0];
  const named = has(words.indication, indication) ? words.indication[indication][0] : indication;
  return has(words.recommendation, recommendation)
    ? `${named}, ${words.recommendation[recommendation]}`
    : named;
}

export const isStatus = (value: string | null, words: Vocabulary): value is FindingStatus =>
  value !== null && has(words.findingStatus, value);
