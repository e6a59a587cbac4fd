import type { MetalOxide } from './metal-oxide-folder.ts';
import type { Stations } from './stations-trial.ts';

/** What was read from `--data`. */
export interface RealSeries {
  readonly stations?: Stations;
  readonly metalOxide?: MetalOxide;
}
