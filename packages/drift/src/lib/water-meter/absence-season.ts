import type { QuietSpell } from './quiet-spells.ts';

/** Shorter spells tell nothing of holidays, days. */
const LONG_SPELL = 4;
/** Days before and after its beginning in which others are away too, where a spell belongs to a holiday. */
const DAYS_BEFORE = 3;
const DAYS_AFTER = 10;
/** Homes away that each window is given beforehand, spread evenly. */
const PRIOR_AWAY = 1;

/** How many times more homes than usual are away around each day. */
export interface AbsenceSeason {
  readonly pointsPerDay: number;
  /** Weighted number of homes whose long spells touch the window around each day. */
  readonly away: Float64Array;
  /** Mean of `away` over the days that were observed. */
  readonly usual: number;
}

/** `weight`: how sure it is that the home is lived in and was left. Days count from grid point 0. */
export function learnSeason(
  homes: readonly {
    readonly spells: readonly (QuietSpell & { readonly weight: number })[];
    readonly from: number;
  }[],
  pointsPerDay: number,
  days: number,
): AbsenceSeason {
  const away = new Float64Array(days);
  let first = days;
  for (const { spells, from } of homes) {
    first = Math.min(first, Math.floor(from / pointsPerDay));
    // two spells of one home count once for a day
    const touched = new Float64Array(days);
    for (const spell of spells)
      if (spell.days >= LONG_SPELL) {
        const start = Math.floor(spell.from / pointsPerDay) - DAYS_AFTER;
        const end = Math.ceil(spell.to / pointsPerDay) + DAYS_BEFORE;
        for (let day = Math.max(0, start); day <= Math.min(days - 1, end); day++)
          touched[day] = Math.max(touched[day] as number, spell.weight);
      }
    for (let day = 0; day < days; day++)
      away[day] = (away[day] as number) + (touched[day] as number);
  }
  const observed = away.subarray(Math.min(first, days));
  const usual = observed.length === 0 ? 0 : observed.reduce((a, b) => a + b, 0) / observed.length;
  return { pointsPerDay, away, usual };
}

/** Factor on the rate at which absences begin at a grid point; `own`: what the home itself adds to the window. */
export function seasonFactor(
  { pointsPerDay, away, usual }: AbsenceSeason,
  point: number,
  own: number,
): number {
  const day = Math.min(away.length - 1, Math.max(0, Math.floor(point / pointsPerDay)));
  return (Math.max(0, (away[day] ?? 0) - own) + PRIOR_AWAY) / (usual + PRIOR_AWAY);
}
