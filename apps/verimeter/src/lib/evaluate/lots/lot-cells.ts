import { LOT_SCENARIOS, type LotScenario } from './lot-scenarios.ts';

/** A case of lots: what population, what share beyond which limit. */
export interface LotCell {
  readonly name: string;
  readonly scenario: LotScenario;
  readonly share: number;
  readonly limit: number;
  /** Errors beyond the limit are those of small customers, which are estimated worse or not at all. */
  readonly smallCustomers: boolean;
  /** Counts for the bar of coverage. */
  readonly main: boolean;
}

const SHARES = [0.02, 0.05, 0.1] as const;
const CLASS_2 = 0.02;
const CLASS_1 = 0.01;

const slug = (text: string): string => text.replaceAll(' ', '-');

function cellsOf(suffix: string, more: Omit<LotCell, 'name' | 'scenario' | 'share'>): LotCell[] {
  return LOT_SCENARIOS.flatMap((scenario) =>
    SHARES.map((share) => ({
      name: `${slug(scenario.name)}-${Math.round(100 * share)}${suffix}`,
      scenario,
      share,
      ...more,
    })),
  );
}

/** Class 2 is the bar; class 1 has half its limit with the same estimates; `-small` breaks an assumption. */
export const LOT_CELLS: readonly LotCell[] = [
  ...cellsOf('', { limit: CLASS_2, smallCustomers: false, main: true }),
  ...cellsOf('-class1', { limit: CLASS_1, smallCustomers: false, main: false }),
  ...cellsOf('-small', { limit: CLASS_2, smallCustomers: true, main: false }).filter(
    ({ scenario }) => scenario.name === 'drifted',
  ),
];
