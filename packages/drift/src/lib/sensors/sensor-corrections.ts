import { at } from '@verimeter/statistics';
import type { DriftPath } from './drift-paths.ts';
import type { JudgedStretch } from './judge-quantity.ts';
import type { QuantityNetwork } from './quantity-network.ts';
import { overLimit, type Posterior } from './sensor-posterior.ts';
import type { SensorCorrection, SensorSeries } from './sensor-types.ts';

/** Values are corrected where the error at the end of the stretch is beyond the limit with this probability. */
const CERTAIN = 0.95;
/** A piece ends where the error has changed by this share of the limit. */
const PIECE_LIMITS = 0.1;
/** Errors below this share of the limit are not corrected: the sensor was as good as a healthy one then. */
const LEAST_LIMITS = 0.25;
const WEEK_US = 7 * 86_400 * 1e6;

/** Gain and offset of the drift of one stretch, constant over pieces of whole weeks. */
export function correctStretch(
  network: QuantityNetwork,
  { stretch, evidence, fromWeek, compared }: JudgedStretch,
  posterior: Posterior,
): SensorCorrection[] {
  const series = network.series[stretch.series] as SensorSeries;
  if (overLimit(posterior.parts, series.limit) < CERTAIN) return [];
  if (posterior.probabilityDrifted < CERTAIN) return [];
  const ratio = network.comparison === 'ratio';
  const { level } = compared.days;
  const pieces: SensorCorrection[] = [];
  let open: { fromUs: number; gain: number; offset: number } | undefined;
  const endUs = Math.min(stretch.toUs, at(network.calendar.endsUs, fromWeek + evidence.weeks - 1));
  for (let week = 0; week < evidence.weeks; week++) {
    const drift = meanDrift(posterior, evidence.paths, week);
    const gain = ratio ? 1 + drift.gain : 1;
    const offset = ratio ? drift.offset * level : drift.gain;
    const size = ratio ? gain - 1 + offset / level : offset;
    const startUs = Math.max(
      stretch.fromUs,
      at(network.calendar.endsUs, fromWeek + week) - WEEK_US,
    );
    if (open !== undefined) {
      const before = ratio ? open.gain - 1 + open.offset / level : open.offset;
      if (Math.abs(size - before) < PIECE_LIMITS * series.limit) continue;
      pieces.push(pieceOf(series, open, startUs));
      open = undefined;
    }
    if (Math.abs(size) >= LEAST_LIMITS * series.limit) open = { fromUs: startUs, gain, offset };
  }
  if (open !== undefined) pieces.push(pieceOf(series, open, endUs));
  return pieces;
}

function pieceOf(
  { deviceId, quantity }: SensorSeries,
  {
    fromUs,
    gain,
    offset,
  }: { readonly fromUs: number; readonly gain: number; readonly offset: number },
  toUs: number,
): SensorCorrection {
  return { deviceId, quantity, fromUs, toUs, gain, offset };
}

/** Expected drift in a week, in hindsight. */
function meanDrift(
  { parts }: Posterior,
  paths: readonly DriftPath[],
  week: number,
): { gain: number; offset: number } {
  let [gain, offset, total] = [0, 0, 0];
  for (const { weight, path: index, size } of parts) {
    total += weight;
    const path = paths[index];
    if (path === undefined) continue;
    const drift = weight * size * at(path.byWeek, week);
    if (path.of === 'gain') gain += drift;
    else offset += drift;
  }
  return { gain: gain / total, offset: offset / total };
}
