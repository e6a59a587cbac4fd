/** A month of a register; null: nothing is known of it. */
export interface MonthAmount {
  readonly month: string;
  readonly amount: number | null;
  /** Whether all of it is over and was seen. */
  readonly isWhole: boolean;
}

/** Bills are in whole kWh or m3, so that is how customers compare them. */
const inBilledUnits = (amount: number): number => Math.round(amount);
/** From so many equal bills in a row on customers ask, and so does a billing office. */
const RUN = 3;

/** Months that belong to three or more in a row with the same amount in whole units. */
export function equalMonths(months: readonly MonthAmount[]): ReadonlySet<string> {
  const equal = new Set<string>();
  let run: string[] = [];
  let amount: number | undefined;
  const close = (): void => {
    if (run.length >= RUN) for (const month of run) equal.add(month);
  };
  for (const month of months) {
    const billed =
      month.amount === null || !month.isWhole ? undefined : inBilledUnits(month.amount);
    if (billed !== undefined && billed === amount) run.push(month.month);
    else {
      close();
      run = billed === undefined ? [] : [month.month];
    }
    amount = billed;
  }
  close();
  return equal;
}
