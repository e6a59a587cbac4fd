import { DAY_US, type RegisterHistory } from './register-history.ts';

/** Shorter ones are nights and working days, days. */
const LEAST_SPELL = 0.75;
/** Least use that is reckoned with where a coarse register is waited for, as a part of the usual one. */
const SLOW_USE = 0.5;

/** A time in which a register stood still. */
export interface QuietSpell {
  /** Grid points of the last reading that had counted and of the last one that had not. */
  readonly from: number;
  readonly to: number;
  /** Days, less what the step of the register explains. */
  readonly days: number;
}

/** How a meter runs and stands. */
export interface QuietRecord {
  /** Ended ones of at least `LEAST_SPELL` days, in the order of time. */
  readonly spells: readonly QuietSpell[];
  /** The one that goes on at the last reading, of any length. */
  readonly current: QuietSpell | undefined;
  /** Days observed outside of spells. */
  readonly daysInUse: number;
  /** m3 per day while in use; before the current spell. */
  readonly usualUse: number;
  /** Times the register moved. */
  readonly moves: number;
  /** Days that a step of the register takes in slow use. */
  readonly stepDays: number;
}

export function quietRecord(history: RegisterHistory): QuietRecord {
  const { points, amounts, stepUs, quantum } = history;
  const perDay = DAY_US / stepUs;
  const raw: { from: number; to: number }[] = [];
  let from: number | undefined;
  let moves = 0;
  let total = 0;
  let known = 0;
  let lastMove = 0;
  for (let i = 1; i < points.length; i++) {
    const amount = amounts[i] as number;
    const before = points[i - 1] as number;
    const point = points[i] as number;
    if (Number.isFinite(amount)) known += point - before;
    if (amount === 0) {
      from ??= before;
      continue;
    }
    // ended by an exchange or a jump: nobody knows what it was
    if (from !== undefined && amount > 0) raw.push({ from, to: before });
    from = undefined;
    if (amount > 0) {
      moves++;
      total += amount;
      lastMove = known;
    }
  }
  const last = points.at(-1) ?? 0;
  const still = from === undefined ? undefined : { from, to: last };
  // Use per day in use and the days that a step takes depend on each other: the first from raw lengths is near enough.
  const raws = raw.filter((spell) => (spell.to - spell.from) / perDay >= LEAST_SPELL);
  const away = raws.reduce((sum, spell) => sum + (spell.to - spell.from) / perDay, 0);
  const meanUse = total / Math.max(1 / perDay, lastMove / perDay);
  const inUse = Math.max(1 / perDay, lastMove / perDay - away);
  // A register so coarse that it stands still between its own steps: use is that of all the time.
  const stepsOfMean = meanUse > 0 ? quantum / meanUse : 0;
  const usualUse = stepsOfMean > LEAST_SPELL / 2 ? meanUse : total / inUse;
  const stepDays = usualUse > 0 ? quantum / (SLOW_USE * usualUse) : 0;
  const lengthOf = (spell: { from: number; to: number }): QuietSpell => ({
    ...spell,
    days: Math.max(0, (spell.to - spell.from) / perDay - stepDays),
  });
  const spells = raw.map(lengthOf).filter(({ days }) => days >= LEAST_SPELL);
  return {
    spells,
    current: still === undefined ? undefined : lengthOf(still),
    daysInUse: Math.max(0, lastMove / perDay - spells.reduce((sum, { days }) => sum + days, 0)),
    usualUse,
    moves,
    stepDays,
  };
}
