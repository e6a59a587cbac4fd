import { MODEL_VERSION } from '@verimeter/drift';
import { FIRST_LOOK, LOOK_DAYS, verdictsOf } from './network-verdicts.ts';
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
  readonly baselines: boolean;
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
  const product = productJudge(trial.input, ZONE_MINUTES[options.source]);
  const first = { name: product.name, ...verdictsOf(product, trial, days, onStep) };
  const analyzed = performance.now();
  const others = run.baselines ? sensorBaselines(trial.input) : [];
  const judged = [
    first,
    ...others.map((judge) => ({
      name: judge.name,
      ...verdictsOf(judge, trial, days, () => undefined),
    })),
  ];
  return {
    cell: cell.name,
    seed: run.seed,
    network: run.network,
    source: run.source,
    model: MODEL_VERSION,
    command: run.command,
    looks: Math.floor((days - FIRST_LOOK) / LOOK_DAYS) + 1,
    firstLook: FIRST_LOOK,
    lastLook: FIRST_LOOK + LOOK_DAYS * Math.floor((days - FIRST_LOOK) / LOOK_DAYS),
    time: { simulate: built - begin, analyze: analyzed - built },
    status: first.status,
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
          beyondLimit: beyondLimit(trial, channel, days),
          verdicts,
        },
      ];
    }),
  };
}

/** First look on which e of a healthy channel is beyond its limit all the same. */
function beyondLimit({ input, truths }: SensorTrial, channel: number, days: number): number | null {
  const [series, truth] = [input.series[channel], truths[channel]];
  if (series === undefined || truth === undefined || truth.onsetDay !== undefined) return null;
  for (let day = FIRST_LOOK; day <= days; day += LOOK_DAYS)
    if (Math.abs(truth.errorAt(24 * day)) > series.limit) return day;
  return null;
}
