import { SENSOR_MODEL_VERSION } from '@verimeter/drift';
import { looksOf, verdictsOf } from './network-verdicts.ts';
import { productJudge } from './product-judge.ts';
import { sensorBaselines } from './sensor-baselines.ts';
import type { SensorCell } from './sensor-cells.ts';
import type { ChannelVerdict, NetworkRecord } from './sensor-record.ts';
import { type SensorTrial, simulatedTrial } from './sensor-trial.ts';
import type { RealSeries } from './real-series.ts';
import { metalOxideTrial } from './metal-oxide-trial.ts';
import { stationsTrial } from './stations-trial.ts';

export interface NetworkRun {
  readonly seed: number;
  readonly network: number;
  readonly source: NetworkRecord['source'];
  /** Weeks from one look to the next. */
  readonly everyWeeks: number;
  /** Who judges: the product, baselines, or some of them. */
  readonly by: readonly string[];
  readonly command: string;
}

/** Of local time ahead of UTC. */
const ZONE_MINUTES = { simulated: 7 * 60, stations: 8 * 60, 'metal-oxide': 60 } as const;

/** Builds one network, looks at it every week, and sets what was said beside the truth. */
export function runNetwork(
  cell: SensorCell,
  run: NetworkRun,
  real: RealSeries,
  onStep: (share: number) => void = () => undefined,
): NetworkRecord {
  const begin = performance.now();
  const { options } = cell;
  const trial =
    options.source === 'simulated'
      ? simulatedTrial(options, run)
      : options.source === 'stations'
        ? stationsTrial(options, run, real.stations)
        : metalOxideTrial(options, run, real.metalOxide);
  const built = performance.now();
  // real series may be shorter than what a cell asks for
  const days = Math.floor((trial.input.grid.count - 1) / 24);
  const span = { days, everyWeeks: run.everyWeeks };
  const looks = looksOf(span);
  const judges = [
    productJudge(trial.input, ZONE_MINUTES[options.source]),
    ...sensorBaselines(trial.input),
  ].filter(({ name }) => run.by.includes(name));
  const judged = judges.map((judge, index) => ({
    name: judge.name,
    ...verdictsOf(judge, trial, span, (share) => onStep((index + share) / judges.length)),
  }));
  return {
    cell: cell.name,
    seed: run.seed,
    network: run.network,
    source: run.source,
    model: SENSOR_MODEL_VERSION,
    command: run.command,
    everyWeeks: run.everyWeeks,
    looks: looks.length,
    firstLook: looks[0] ?? 0,
    lastLook: looks.at(-1) ?? 0,
    time: { simulate: built - begin, analyze: performance.now() - built },
    status: judged[0]?.status ?? '',
    channels: trial.input.series.flatMap(({ deviceId, quantity, role }, channel) => {
      if (role === 'reference') return [];
      const verdicts: Record<string, ChannelVerdict> = {};
      for (const { name, verdicts: all } of judged) {
        const verdict = all.get(channel);
        if (verdict !== undefined) verdicts[name] = verdict;
      }
      return [
        {
          deviceId,
          quantity,
          onset: trial.truths[channel]?.onsetDay ?? null,
          beyondLimit: beyondLimit(trial, channel, looks),
          verdicts,
        },
      ];
    }),
  };
}

/** First look on which e of a healthy channel is beyond its limit all the same. */
function beyondLimit(
  { input, truths }: SensorTrial,
  channel: number,
  looks: readonly number[],
): number | null {
  const [series, truth] = [input.series[channel], truths[channel]];
  if (series === undefined || truth === undefined || truth.onsetDay !== undefined) return null;
  return looks.find((day) => Math.abs(truth.errorAt(24 * day)) > series.limit) ?? null;
}
