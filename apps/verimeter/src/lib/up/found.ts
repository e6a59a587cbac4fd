/** A row of `health` as the comparison with what a city hides needs it. */
export interface Found {
  readonly device_id: string;
  readonly quantity: string;
  readonly indication: string;
  readonly recommendation: string;
  readonly error_estimate: number | null;
  readonly interval_low: number | null;
  readonly interval_high: number | null;
  readonly offset_estimate: number | null;
  readonly offset_standard_error: number | null;
  readonly group_status: string | null;
  /** Codes of the evidence. */
  readonly said: readonly string[];
}

export const percent = (ratio: number): string =>
  `${ratio >= 0 ? '+' : '-'}${Math.abs(ratio * 100).toFixed(2)} %`;

export const estimateText = ({
  error_estimate: e,
  interval_low: low,
  interval_high: high,
}: Found): string =>
  e === null || low === null || high === null
    ? '-'
    : `${percent(e)} (${percent(low)} … ${percent(high)})`;

export const isListed = (row: Found | undefined): boolean =>
  row?.recommendation === 'reverify' || row?.recommendation === 'watch';

/** Last cells of a line of a comparison. */
export const answerCells = (row: Found | undefined): string[] => [
  row?.indication ?? '-',
  row?.recommendation ?? '-',
  row?.group_status ?? '-',
];
