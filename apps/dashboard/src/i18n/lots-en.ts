/** Texts of the pages of lots. */
export const lotsEn = {
  title: 'Lots',
  lead: 'Devices of one manufacturer, model, class, size and year. What the estimates of the members say of the whole lot: a reason to draw a sample, never the result of one.',
  lot: 'Lot',
  unknown: 'not known',
  classOf: (name: string) => `class ${name}`,
  built: (year: string) => `built ${year}`,
  members: 'Members',
  membersOf: (estimated: string, members: string) => `${estimated} of ${members} estimated`,
  verified: (count: string) => `${count} with a recent laboratory result`,
  mean: 'Mean error',
  share: 'Beyond the limit',
  shareHint: 'Share of the members, with its 90 % interval',
  over: 'More than 5 % beyond',
  overHint: 'Probability that more than 5 % of the members are beyond the limit',
  exit: 'Leaves 5 % about',
  exitNow: 'already beyond',
  exitEarliest: (date: string) => `${date} at the earliest (5 %)`,
  empty: 'No lot was graded yet. Lots come from the analysis: run `verimeter analyze`.',
  back: 'Back to lots',
  missing: 'There is no lot of this name in the last analysis.',
  spread: 'Spread between members',
  limit: 'Permissible error',
  effective: 'As good as random tests',
  effectiveHint: 'So many random laboratory tests would tell the share as well',
  drift: 'Growth per year',
  asOf: 'as of',
  saysTitle: 'What the data says',
  says: {
    over: (probability: string) =>
      `With a probability of ${probability} more than 5 % of the members measure beyond the limit.`,
    fine: (probability: string) =>
      `With a probability of ${probability} at most 5 % of the members measure beyond the limit.`,
    nothing:
      'Nothing is known of the errors of this lot: none of its members has an estimate. Only a sample can tell.',
  },
  sampleTitle: 'Sample for the laboratory',
  sampleDecided: {
    conforms: 'No sample is needed to decide: by what is known the lot conforms.',
    fails: 'No sample is needed to decide: by what is known the lot does not conform.',
  },
  sampleRule: (n: string, accept: string) =>
    `Dismount the first ${n} devices of this list and test them. The lot conforms where at most ${accept} of them are beyond the limit.`,
  sampleNever: (n: string) =>
    `By what is known no sample of ${n} would let this lot pass; test all members, or replace the lot.`,
  sampleChance: (probability: string) =>
    `Probability that the sample accepts the lot: ${probability}.`,
  samplePlain: (n: string, accept: string) =>
    `Without anything known beforehand it takes ${n} tests with at most ${accept} beyond the limit to show 95 % conforming with 95 % confidence.`,
  sampleOrder: 'The order is random and stays the same from analysis to analysis.',
  number: 'No.',
  device: 'Device',
  relativeTitle: 'Against the other lots',
  relativeLead:
    'How the lot registers compared with other lots in the same areas, without any reference. What all lots have in common is not in it.',
  perYear: 'Per year',
  perVolume: 'Per 1,000 m³',
  detectable: 'Smallest difference per year found with 90 % power',
  homes: 'Members it rests on',
  relativeExit: 'Mean leaves the limit about',
};
export type LotTexts = typeof lotsEn;
