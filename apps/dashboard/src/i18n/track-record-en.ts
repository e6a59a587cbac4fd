import type { VerificationScoreItem } from '@verimeter/api-schema';

type Outcome = VerificationScoreItem['outcome'];
type Selection = VerificationScoreItem['selection'];

/** Texts of the track record. */
export interface TrackRecordTexts {
  readonly title: string;
  readonly lead: string;
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly none: string;
  readonly basis: (count: string, from: string, to: string) => string;
  readonly shares: string;
  readonly precision: string;
  readonly precisionWords: (k: string, n: string) => string;
  readonly recall: string;
  readonly recallWords: (k: string, n: string) => string;
  readonly recallWhy: string;
  readonly coverage: string;
  readonly coverageWords: (k: string, n: string) => string;
  readonly interval: (low: string, high: string) => string;
  readonly tooFew: string;
  readonly tooFewWords: (n: string, enough: string) => string;
  readonly noClaim: (count: string, beyond: string) => string;
  readonly inspected: (count: string, beyond: string) => string;
  readonly calibration: string;
  readonly calibrationLead: string;
  readonly calibrationChart: (points: string) => string;
  readonly calibrationPoint: (predicted: string, found: string, k: string, n: string) => string;
  readonly range: string;
  readonly predicted: string;
  readonly found: string;
  readonly count: string;
  readonly perfect: string;
  readonly bySelection: string;
  readonly bySelectionLead: string;
  readonly selection: string;
  readonly selections: Readonly<Record<Selection, string>>;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly recent: string;
  readonly device: string;
  readonly verifiedOn: string;
  readonly published: string;
  readonly measured: string;
  readonly resultOnly: string;
  readonly covered: string;
  readonly inside: string;
  readonly outside: string;
  readonly history: string;
}

export const trackRecordEn: TrackRecordTexts = {
  title: 'Track record',
  lead: 'How often what the data said was found to be so. Every verification of a meter as it was found is held against what had been published before that day; nothing is left out, and nothing is scored again with hindsight.',
  from: 'Verified from',
  to: 'to',
  kind: 'Kind of device',
  none: 'No verification can be scored yet. It takes one that says that the meter was measured as found, of a device that something had been published of before.',
  basis: (count, from, to) =>
    `${count} ${count === '1' ? 'verification' : 'verifications'}, ${from} to ${to}.`,
  shares: 'In short',
  precision: 'Recommended, and found beyond the limit',
  precisionWords: (k, n) => `${k} of ${n} meters that were recommended for verification`,
  recall: 'Beyond the limit, and recommended before',
  recallWords: (k, n) => `${k} of ${n} meters found beyond among those drawn at random`,
  recallWhy:
    'Only meters that were drawn at random (cross-checks) count here: verifications of recommended meters alone never meet the ones that were missed.',
  coverage: 'Measured inside the 95 % interval',
  coverageWords: (k, n) => `${k} of ${n} measured errors; 95 % would be right`,
  interval: (low, high) => `95 % interval ${low} … ${high}`,
  tooFew: 'Too few to tell',
  tooFewWords: (n, enough) =>
    `${n} so far. From ${enough} on a share is shown here; fewer say next to nothing about the system.`,
  noClaim: (count, beyond) =>
    `${count} verified without an estimate before, ${beyond} of them beyond the limit: the system had not claimed to know, and had not found them either.`,
  inspected: (count, beyond) =>
    `${count} had been recommended for a look in the field, ${beyond} of them beyond the limit.`,
  calibration: 'Do the probabilities hold?',
  calibrationLead:
    'Of meters with a published probability of 30 %, about 30 % should be found beyond the limit. Points on the line are right; above it the system was too sure of their health, below too alarmed.',
  calibrationChart: (points) => `Published probability against the share found beyond: ${points}`,
  calibrationPoint: (predicted, found, k, n) =>
    `${predicted} published, ${found} found (${k} of ${n})`,
  range: 'Published probability',
  predicted: 'Mean',
  found: 'Found beyond (95 % interval)',
  count: 'Meters',
  perfect: 'right',
  bySelection: 'How they came to be verified',
  bySelectionLead: 'What may be concluded depends on it.',
  selection: 'Chosen by',
  selections: {
    flagged: 'a finding',
    random: 'drawing (cross-check)',
    routine: 'routine',
    complaint: 'complaint',
  },
  outcome: 'Outcome',
  outcomes: {
    hit: 'Hit',
    false_alarm: 'False alarm',
    miss: 'Miss',
    correct_silence: 'Rightly silent',
    inspected: 'Inspection only',
    no_claim: 'No estimate',
  },
  recent: 'Latest verifications',
  device: 'Device',
  verifiedOn: 'Verified on',
  published: 'Published before',
  measured: 'Measured',
  resultOnly: 'result only',
  covered: 'Inside the interval',
  inside: 'yes',
  outside: 'no',
  history: 'from the weekly history',
};
