/** Texts of a group's balance. */
export const balanceEn = {
  title: 'Balance',
  lead: 'What came in against what the consumers took. The difference holds technical loss, leaks and unregistered use beside errors of meters; only the analysis tells them apart.',
  period: 'Period',
  periods: { '48h': '48 hours', '30d': '30 days', '90d': '90 days', all: 'All' },
  supply: 'Supply',
  supplyOut: 'Passed on',
  consumers: 'Consumers',
  difference: 'Difference',
  share: 'Difference, share of supply',
  total: (difference: string, share: string, supply: string, count: string) =>
    `Difference ${difference}, ${share} of the supply of ${supply}. Counted: ${count} periods in which all meters reported.`,
  stated: (loss: string) => `Technical loss as stated: ${loss}.`,
  partial: (count: string) =>
    `${count} periods are left out of the difference: meters were silent for part of them.`,
  none: 'No intervals are formed yet. That takes a full day of readings.',
  noneComplete:
    'In no period of this chart did all meters report, so no difference is stated. See which are silent under Members.',
  table: 'Values of the chart',
  coverage: 'Known of the consumers',
};
export type BalanceTexts = typeof balanceEn;
