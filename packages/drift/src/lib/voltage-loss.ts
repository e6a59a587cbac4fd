import { addCombination, addCombinations, at, mean } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import {
  type DropFit,
  type DropModel,
  dropsAt,
  fitDrops,
  fittedDrops,
  restOfDrop,
} from './drop-fit.ts';
import type { FleetInput } from './fleet-types.ts';
import { type GhostEnergy, ghostEnergies } from './ghost-energy.ts';
import { splitCurrent } from './phase-split.ts';
import { type AreaVoltages, collectVoltages, perInterval, voltagesAt } from './voltage-rows.ts';

const SPLIT_ROUNDS = 2;

/**
 * What the voltages say of the technical loss (drift-estimation.md 2.4 and 10): the drop from the supply bus to each meter is
 * regressed on all currents; loss = sum_i I_i (fitted drop without its constant), I = P/V.
 */
export interface VoltageLoss {
  /** From fitted drops, kW.h per interval. */
  readonly loss: Float64Array;
  /** Loss from the drops as measured minus `loss`; a missing voltage adds nothing. */
  readonly direct: Float64Array;
  /** Part of `loss` that comes from the unbalance of three-phase meters. */
  readonly unbalance: Float64Array;
  /** Share of its energy lost per kW a consumer draws, 1/kW; for three phases per kW drawn on one of them. */
  readonly ownSlope: Float64Array;
  /** d loss / d P_i at mean loads, ratio. */
  readonly marginal: Float64Array;
  /** Bus phase 0..2 of single-phase consumers, -1 for several channels or none. */
  readonly phase: Int8Array;
  /** Residual sd of the drop fit, V; NaN without voltages. */
  readonly residual: Float64Array;
  /** Loads behind stopped meters, by consumer. */
  readonly ghosts: ReadonlyMap<number, GhostEnergy>;
  readonly model: VoltageModel;
}

/** Undefined where the supply has no voltages, or too few consumers have. `stoppedAt`: first interval after the stop. */
export function fitVoltageLoss(
  input: FleetInput,
  intervals: AreaIntervals,
  stoppedAt: ReadonlyMap<number, number>,
): VoltageLoss | undefined {
  const area = collectVoltages(input, intervals, stoppedAt);
  if (area === undefined) return undefined;
  const first = fitDrops(area.data, area.total);
  if (first === undefined) return undefined;
  const slopeOf = totalSlopes(area, first);
  const fits = [first];
  for (let round = 0; round < SPLIT_ROUNDS; round++) {
    const next = fitDrops(area.data, splitCurrents(area, fits, slopeOf), first.phase);
    if (next === undefined) return undefined;
    fits.push(next);
  }
  const { loss, direct, unbalance } = lossOf(area, intervals, fits);
  return {
    loss,
    direct,
    unbalance,
    ...ofConsumers(area, intervals, fits[SPLIT_ROUNDS] as DropFit),
    ghosts: ghostEnergies(area, intervals),
    model: { ports: area.ports, usual: area.usual, slopeOf, fits: fits.map(withoutRows) },
  };
}

function withoutRows({ phase, slopes, constant, levelShare, busMean }: DropFit): DropModel {
  return { phase, slopes, constant, levelShare, busMean };
}

/** What was found of the voltages of an area, to be applied to later readings. */
interface VoltageModel extends Pick<AreaVoltages, 'ports' | 'usual'> {
  /** Mean drop over a consumer's phases per ampere of its total current. */
  readonly slopeOf: Float64Array;
  /** The fit on total currents, then those on divided ones, one after the other. */
  readonly fits: readonly DropModel[];
}

/** Loss of other intervals of the same consumers by drops that were fitted before. */
export function applyVoltageLoss(
  input: FleetInput,
  intervals: AreaIntervals,
  known: Omit<VoltageLoss, 'loss' | 'direct' | 'unbalance'>,
): VoltageLoss {
  const area = voltagesAt(input, intervals, known.model);
  const fits: DropFit[] = [];
  for (const drops of known.model.fits) {
    const currents =
      fits.length === 0 ? area.total : splitCurrents(area, fits, known.model.slopeOf);
    fits.push(dropsAt(drops, area.data, currents));
  }
  return { ...known, ...lossOf(area, intervals, fits) };
}

/** One current per port, then those of consumers without voltages, by the last of the fits so far. */
function splitCurrents(
  area: AreaVoltages,
  fits: readonly DropFit[],
  slopeOf: Float64Array,
): Float64Array[] {
  const fit = fits.at(-1) as DropFit;
  const ownColumns =
    fits.length === 1
      ? area.ports.map((port) => [port.consumer])
      : area.ports.map((port) => area.portsOf[port.consumer] as readonly number[]);
  const unmeasured = area.portsOf.flatMap((ports, i) =>
    ports.length === 0 ? [area.total[i] as Float64Array] : [],
  );
  return [...splitPorts(area, { fit, ownColumns, slopeOf }), ...unmeasured];
}

/** Mean drop over a consumer's phases per ampere of its total current, from the fit on totals. */
function totalSlopes(area: AreaVoltages, fit: DropFit): Float64Array {
  const n = area.total.length;
  return Float64Array.from(area.portsOf, (ports, i) => {
    let sum = 0;
    for (const port of ports) sum += at(fit.slopes, port * n + i);
    return ports.length === 0 ? 0 : sum / ports.length;
  });
}

/** Current of every port: that of its consumer, for three phases divided by what their voltages differ. */
function splitPorts(
  area: AreaVoltages,
  state: {
    fit: DropFit;
    /** Columns that carry a port's consumer itself. */
    ownColumns: readonly (readonly number[])[];
    slopeOf: Float64Array;
  },
): Float64Array[] {
  const { fit, ownColumns, slopeOf } = state;
  const currents = area.ports.map((port) => area.total[port.consumer] as Float64Array);
  const several = area.portsOf.flatMap((ports) => (ports.length < 2 ? [] : ports));
  const fitted = fittedDrops(fit, several);
  const drops = new Map(several.map((port, k) => [port, fitted[k]]));
  area.portsOf.forEach((ports, i) => {
    if (ports.length < 2) return;
    const own = ports.map((port) => {
      // what the drop is without the part that the consumer itself does not make
      const part = restOfDrop(area.data, fit, port, drops.get(port) as Float64Array);
      const columns = ownColumns[port] as readonly number[];
      addCombination(
        part,
        columns.map((j) => fit.currents[j] as Float64Array),
        Float64Array.from(columns, (j) => at(fit.slopes, port * fit.currents.length + j)),
      );
      return part;
    });
    subtractTheirMean(own);
    const split = splitCurrent(area.total[i] as Float64Array, own, at(slopeOf, i));
    ports.forEach((port, c) => {
      currents[port] = split[c] as Float64Array;
    });
  });
  return currents;
}

function subtractTheirMean(series: readonly Float64Array[]): void {
  const centre = new Float64Array(series[0]?.length ?? 0);
  addCombination(centre, series, new Float64Array(series.length).fill(1 / series.length));
  for (const own of series)
    for (let t = 0; t < own.length; t++) own[t] = (own[t] as number) - (centre[t] as number);
}

/** kW.h per interval by the last of the fits. */
function lossOf(
  area: AreaVoltages,
  intervals: AreaIntervals,
  fits: readonly DropFit[],
): Pick<VoltageLoss, 'loss' | 'direct' | 'unbalance'> {
  const { fitted, measured, balanced } = lossOfRows(area, fits.at(-1) as DropFit);
  const loss = perInterval(area, intervals, fitted);
  const even = perInterval(area, intervals, balanced);
  return {
    loss,
    direct: perInterval(area, intervals, measured),
    unbalance: loss.map((value, t) => value - at(even, t)),
  };
}

/** `fit`: on one current per port, then those of consumers without voltages. */
function ofConsumers(
  area: AreaVoltages,
  intervals: AreaIntervals,
  fit: DropFit,
): Pick<VoltageLoss, 'ownSlope' | 'marginal' | 'phase' | 'residual'> {
  const { data, ports, portsOf } = area;
  const columns = fit.currents;
  const n = intervals.consumers.length;
  const width = columns.length;
  const marginal = new Float64Array(n);
  const ownSlope = new Float64Array(n);
  const residual = new Float64Array(n).fill(NaN);
  const phase = new Int8Array(n).fill(-1);
  const meanCurrent = Float64Array.from(columns, mean);
  ports.forEach((port, c) => {
    const i = port.consumer;
    const list = portsOf[i] as readonly number[];
    const volts = mean((data.channels[c] as Float64Array).subarray(0, data.training));
    const own = at(fit.slopes, c * width + c);
    let expected = 0;
    for (let j = 0; j < width; j++) expected += at(fit.slopes, c * width + j) * at(meanCurrent, j);
    ownSlope[i] = Math.max(at(ownSlope, i), (1000 * own) / volts / volts);
    marginal[i] = at(marginal, i) + (2 * expected) / volts / list.length;
    residual[i] = Math.max(at(residual, i) || 0, at(fit.residual, c));
    if (list.length === 1) phase[i] = at(fit.phase, c);
  });
  return { ownSlope, marginal, phase, residual };
}

/** kW.h per row: from fitted drops; from what is measured on top; from fitted drops if three-phase loads were balanced. */
function lossOfRows(
  area: AreaVoltages,
  fit: DropFit,
): { fitted: Float64Array; measured: Float64Array; balanced: Float64Array } {
  const { rows } = area.data;
  const kilo = area.stepHours / 1000;
  const fitted = new Float64Array(rows);
  const measured = new Float64Array(rows);
  const balanced = new Float64Array(rows);
  const drops = fittedDrops(fit, [...area.ports.keys()]);
  const evenDrops = area.ports.map(() => new Float64Array(rows));
  addCombinations(evenDrops, area.total, evenSlopes(area, fit));
  area.ports.forEach((port, c) => {
    const drop = drops[c] as Float64Array;
    const evenDrop = evenDrops[c] as Float64Array;
    const current = fit.currents[c] as Float64Array;
    const even = area.total[port.consumer] as Float64Array;
    const phases = (area.portsOf[port.consumer] as readonly number[]).length;
    const rest = restOfDrop(area.data, fit, c, drop);
    for (let t = 0; t < rows; t++) {
      const amperes = current[t] as number;
      fitted[t] = (fitted[t] as number) + amperes * (drop[t] as number) * kilo;
      balanced[t] =
        (balanced[t] as number) + ((even[t] as number) / phases) * (evenDrop[t] as number) * kilo;
      const left = rest[t] as number;
      if (Number.isFinite(left)) measured[t] = (measured[t] as number) + amperes * left * kilo;
    }
  });
  return { fitted, measured, balanced };
}

/** Slopes of each channel by consumer if each divided its current evenly over its phases; channels x consumers. */
function evenSlopes({ ports, portsOf }: AreaVoltages, fit: DropFit): Float64Array {
  const width = fit.currents.length;
  const n = portsOf.length;
  const slopes = new Float64Array(ports.length * n);
  ports.forEach((_, c) => {
    let unmeasured = ports.length;
    portsOf.forEach((own, i) => {
      let sum = 0;
      for (const port of own) sum += at(fit.slopes, c * width + port);
      slopes[c * n + i] =
        own.length === 0 ? at(fit.slopes, c * width + unmeasured++) : sum / own.length;
    });
  });
  return slopes;
}
