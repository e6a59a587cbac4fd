import { analyzeAllKinds, type DeviceResult, textbookEstimates } from '@verimeter/drift';
import { cityStartedAt, type MeterTruth, truth } from '@verimeter/simulator';
import { comparisonText } from '../up/comparison.ts';
import { type SensorScore, sensorScore } from '../up/sensor-comparison.ts';
import { fleetOfCity } from './city-fleet.ts';
import { sensorsOfCity } from './city-sensors.ts';
import { waterOfCity, type WaterScore, waterScore } from './city-water.ts';

/** What a demo city is judged by: drifts this large are to be found, steps of the second size in any case. */
const JUDGED_ERROR = 0.03;
const LARGE_STEP = 0.05;
/** Above this error the textbook estimators flag a meter. */
const TEXTBOOK_THRESHOLD = 0.02;

export interface Score {
  readonly name: string;
  readonly flagged: number;
  /** Flagged meters that drift. */
  readonly correct: number;
  /** Meters to be found, and those of them that were flagged. */
  readonly judged: number;
  readonly found: number;
}

export interface CityVerdict {
  readonly seed: number;
  /** RFC 3339: the city is looked at as `up` shows it that is started then. */
  readonly asOf: string;
  readonly text: string;
  readonly scores: readonly Score[];
  /** Steps of 5 % and more that were not found, among so many. */
  readonly largeSteps: number;
  readonly largeStepsMissed: number;
  readonly falseReverify: number;
  readonly water: WaterScore;
  readonly sensors: SensorScore;
}

/** Builds the demo city that `up` shows if it is started at an instant (ms since 1970), analyses it, and compares with what it hides. */
export function judgeCity(seed: number, atMs: number): CityVerdict {
  const city = cityStartedAt(seed, 'small', atMs);
  const fleet = fleetOfCity(city, atMs);
  const said = analyzeAllKinds({
    electricity: fleet,
    water: waterOfCity(city, atMs),
    sensors: sensorsOfCity(city, atMs),
  });
  const { devices } = said.electricity;
  const hidden = truth(city, atMs);
  const textbook = fleet.areas.flatMap((area) => textbookEstimates(fleet, area));
  const reverify = new Set(
    devices.filter((d) => d.recommendation === 'reverify').map((d) => d.deviceId),
  );
  const over = (value: (e: (typeof textbook)[number]) => number): Set<string> =>
    new Set(
      textbook
        .filter((estimate) => Math.abs(value(estimate)) > TEXTBOOK_THRESHOLD)
        .map(({ deviceId }) => deviceId),
    );
  const steps = judgedMeters(hidden.meters).filter(
    ({ fault }) => fault?.kind === 'step' && Math.abs(fault.size) >= LARGE_STEP,
  );
  const others = [...said.water.devices, ...said.sensors.devices];
  return {
    seed,
    asOf: hidden.asOf,
    text: comparisonText(hidden, [...devices, ...others].map(foundRow)),
    water: waterScore(hidden.water, others.map(foundRow)),
    sensors: sensorScore(hidden.sensors, others.map(foundRow)),
    scores: [
      scoreOf('verimeter', hidden.meters, reverify),
      scoreOf(
        'least squares',
        hidden.meters,
        over((e) => e.leastSquares),
      ),
      scoreOf(
        'ridge',
        hidden.meters,
        over((e) => e.ridge),
      ),
    ],
    largeSteps: steps.length,
    largeStepsMissed: steps.filter(({ deviceId }) => !reverify.has(deviceId)).length,
    falseReverify: hidden.meters.filter(
      (meter) =>
        reverify.has(meter.deviceId) && meter.fault === null && meter.listedIn === meter.fedBy,
    ).length,
  };
}

const drifts = ({ fault }: MeterTruth): boolean => fault !== null && fault.kind !== 'stopped';

/** Drifts of 3 % and more in areas that neither list nor feed a misfiled meter. */
function judgedMeters(meters: readonly MeterTruth[]): MeterTruth[] {
  const wrong = new Set(
    meters
      .filter(({ listedIn, fedBy }) => listedIn !== fedBy)
      .flatMap(({ listedIn, fedBy }) => [listedIn, fedBy]),
  );
  return meters.filter(
    (meter) =>
      drifts(meter) && Math.abs(meter.trueError) >= JUDGED_ERROR && !wrong.has(meter.listedIn),
  );
}

function scoreOf(name: string, meters: readonly MeterTruth[], flagged: ReadonlySet<string>): Score {
  const judged = judgedMeters(meters);
  return {
    name,
    flagged: flagged.size,
    correct: meters.filter((meter) => flagged.has(meter.deviceId) && drifts(meter)).length,
    judged: judged.length,
    found: judged.filter(({ deviceId }) => flagged.has(deviceId)).length,
  };
}

function foundRow(device: DeviceResult): Parameters<typeof comparisonText>[1][number] {
  return {
    device_id: device.deviceId,
    quantity: device.quantity ?? '',
    indication: device.indication,
    recommendation: device.recommendation,
    error_estimate: device.errorEstimate ?? null,
    interval_low: device.intervalLow ?? null,
    interval_high: device.intervalHigh ?? null,
    offset_estimate: device.offsetEstimate ?? null,
    offset_standard_error: device.offsetStandardError ?? null,
    group_status: device.groupStatus ?? null,
    said: device.evidence.map(({ code }) => code),
  };
}
