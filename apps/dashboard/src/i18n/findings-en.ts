import type { ChangeReason } from '@verimeter/api-schema';

/** Texts of the findings. */
export interface FindingsTexts {
  readonly title: string;
  readonly lead: string;
  readonly statuses: string;
  readonly filters: string;
  readonly allStatuses: string;
  readonly area: string;
  readonly kind: string;
  readonly recommendation: string;
  readonly indication: string;
  readonly device: string;
  readonly deviceHint: string;
  readonly assignee: string;
  readonly nobody: string;
  readonly since: string;
  readonly sort: string;
  readonly sorts: Readonly<Record<'newest' | 'risk' | 'due', string>>;
  readonly subject: string;
  readonly ofArea: string;
  readonly statement: string;
  readonly estimate: string;
  readonly noEstimate: string;
  readonly detectable: (size: string) => string;
  readonly age: string;
  readonly due: string;
  readonly status: string;
  readonly empty: string;
  readonly emptyAll: string;
  readonly chosen: (count: string) => string;
  readonly chooseShown: string;
  readonly choose: (name: string) => string;
  readonly chooseHint: string;
  readonly bulk: string;
  readonly forget: string;
  readonly apply: string;
  readonly unchanged: string;
  readonly applied: (changed: string, unchanged: string) => string;
  readonly refused: (count: string) => string;
  readonly back: string;
  readonly number: (id: string) => string;
  readonly evidence: string;
  readonly legal: string;
  readonly noDue: string;
  readonly estimateTitle: string;
  readonly openDevice: string;
  readonly enterVerification: string;
  readonly history: string;
  readonly analysis: string;
  readonly by: (who: string) => string;
  readonly opened: (statement: string) => string;
  readonly changedTo: (before: string, after: string) => string;
  readonly moved: (from: string, to: string) => string;
  readonly forReason: (reason: string) => string;
  readonly assigned: (name: string) => string;
  readonly unassigned: string;
  readonly commented: string;
  readonly uncommented: string;
  readonly answered: (result: string) => string;
  readonly results: Readonly<Record<'pass' | 'fail', string>>;
  readonly resultGone: string;
  readonly record: (id: string) => string;
  readonly asOf: (date: string) => string;
  readonly change: string;
  readonly newStatus: string;
  readonly reason: string;
  readonly chooseReason: string;
  readonly reasons: Readonly<Record<ChangeReason, string>>;
  readonly comment: string;
  readonly commentHint: string;
  readonly save: string;
  readonly saved: string;
  readonly readOnly: string;
  readonly openFinding: string;
  readonly byHand: string;
  readonly scoreTitle: string;
  readonly scoreSentence: (
    score: Readonly<Record<'on' | 'measured' | 'asOf' | 'estimate' | 'low' | 'high', string>>,
  ) => string;
  readonly scoreCovered: string;
  readonly scoreMissed: string;
}

export const findingsEn: FindingsTexts = {
  title: 'Findings',
  lead: 'Indications that somebody should look at. An indication is a reason to verify, not a verdict; only a verification gives one.',
  statuses: 'Findings by status',
  filters: 'Filters',
  allStatuses: 'Every status',
  area: 'Area',
  kind: 'Kind of device',
  recommendation: 'Recommendation',
  indication: 'Indication',
  device: 'Device',
  deviceHint: 'Id begins with …',
  assignee: 'Assigned to',
  nobody: 'Nobody yet',
  since: 'Opened since',
  sort: 'Order',
  sorts: { newest: 'Newest', risk: 'Highest risk', due: 'Due first' },
  subject: 'Device or area',
  ofArea: 'The whole area',
  statement: 'What the data shows',
  estimate: 'Estimated error (95 % interval)',
  noEstimate: 'none estimated',
  detectable: (size) => `smallest it could show ±${size}`,
  age: 'Opened',
  due: 'Valid until',
  status: 'Status',
  empty: 'There is no such finding.',
  emptyAll:
    'There are no findings yet. They come from the analysis: run `verimeter analyze`. No finding means that nothing asks for action, not that every device was checked.',
  chosen: (count) => `${count} chosen`,
  chooseShown: 'Choose all findings shown',
  choose: (name) => `Choose ${name}`,
  chooseHint: '↑ ↓ go from row to row, the space bar chooses, Shift+↑ ↓ chooses several.',
  bulk: 'Change the chosen findings',
  forget: 'Choose none',
  apply: 'Apply',
  unchanged: 'Leave as it is',
  applied: (changed, unchanged) => `${changed} changed, ${unchanged} were so already.`,
  refused: (count) => `${count} could not be changed:`,
  back: 'Back to the findings',
  number: (id) => `Finding ${id}`,
  evidence: 'Why',
  legal: 'Legal validity',
  noDue: 'no date',
  estimateTitle: 'Estimate today',
  openDevice: 'All data of the device',
  enterVerification: 'Enter a verification result',
  history: 'History',
  analysis: 'The analysis',
  by: (who) => who,
  opened: (statement) => `opened it: ${statement}`,
  changedTo: (before, after) => `the data now shows: ${after} (before: ${before})`,
  moved: (from, to) => `${from} → ${to}`,
  forReason: (reason) => `reason: ${reason}`,
  assigned: (name) => `assigned to ${name}`,
  unassigned: 'assigned to nobody any more',
  commented: 'comment',
  uncommented: 'took the shown comment away',
  answered: (result) => `verification result: ${result}`,
  results: { pass: 'passed', fail: 'failed' },
  resultGone: 'the verification record was withdrawn or corrected',
  record: (id) => `verification record ${id}`,
  asOf: (date) => `data up to ${date}`,
  change: 'Follow-up',
  newStatus: 'Status',
  reason: 'Reason',
  chooseReason: 'Choose a reason …',
  reasons: {
    known_cause: 'The cause is known',
    data_fault: 'Fault of the data',
    meter_exchanged: 'The meter was exchanged',
    duplicate: 'Same as another finding',
    accepted_risk: 'The risk is accepted',
    other: 'Another reason (say it in the comment)',
    reopened: 'Reopened',
  },
  comment: 'New comment',
  commentHint: 'Every comment stays in the history.',
  save: 'Save',
  saved: 'Saved.',
  readOnly: 'Your key may read only.',
  openFinding: 'The finding and its history',
  byHand: 'Set by hand, without a verification record: it does not count in the track record.',
  scoreTitle: 'What the data said, and what was found',
  scoreSentence: (score) =>
    `On ${score.on} ${score.measured} was measured. Before that (data up to ${score.asOf}) ${score.estimate} had been published, with a 95 % interval, uncertainty of the measurement included, of ${score.low} … ${score.high}.`,
  scoreCovered: 'The measured error lies inside.',
  scoreMissed: 'The measured error lies outside.',
};
