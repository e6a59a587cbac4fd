// No schemas in here: browsers take these values without a validator.

/** Characters of the name of who looks after a finding. */
export const MAXIMUM_ASSIGNEE = 80;
/** Findings that one change may name. */
export const MAXIMUM_BULK_IDS = 500;
export const FINDING_SORTS = ['newest', 'risk', 'due'] as const;

/** Life of a finding: seen, taken on, sent for verification, and answered by one, or put aside. */
export const FINDING_STATUSES = [
  'open',
  'acknowledged',
  'ordered',
  'verified',
  'dismissed',
] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];

/** Those that somebody still has to do something about; a subject has one such finding at most. */
export const LIVE_STATUSES = ['open', 'acknowledged', 'ordered'] as const;

/** Why a finding is put aside. */
export const DISMISS_REASONS = [
  'known_cause',
  'data_fault',
  'meter_exchanged',
  'duplicate',
  'accepted_risk',
  'other',
] as const;
export type DismissReason = (typeof DISMISS_REASONS)[number];

/** Reasons of a change of status; `reopened`: one that was verified or dismissed is looked at again. */
export const CHANGE_REASONS = [...DISMISS_REASONS, 'reopened'] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

export function isLiveStatus(status: FindingStatus): boolean {
  return status !== 'verified' && status !== 'dismissed';
}

/** What may be made of a finding by hand; what is over has to be opened again first. */
export function nextStatuses(from: FindingStatus): readonly FindingStatus[] {
  return FINDING_STATUSES.filter((to) => to !== from && (isLiveStatus(from) || isLiveStatus(to)));
}

/** Why a finding cannot change so; undefined: it can. In English, for whoever calls the API. */
export function refusedTransition(
  from: FindingStatus,
  to: FindingStatus,
  reason: ChangeReason | undefined,
): string | undefined {
  if (from === to || isLiveStatus(from)) return undefined;
  if (!isLiveStatus(to))
    return `it is ${from}; reopen it first (status open, reason reopened), then it can be ${to}`;
  return reason === 'reopened'
    ? undefined
    : `it is ${from}; give the reason reopened to make it ${to} again`;
}
