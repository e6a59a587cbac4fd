import type { AirNetworkSize } from './air-network.ts';
import type { WaterDistrictSize } from './water-district.ts';

/** `small` is what `verimeter up` shows; `tiny` keeps a test short. */
export type CitySize = 'small' | 'tiny';

export const SIZES: Readonly<
  Record<
    CitySize,
    {
      readonly areas: number;
      /** Consumer meters of an area, from and to. */
      readonly meters: readonly [number, number];
      /** Length of the history; ramps have grown at its end. */
      readonly days: number;
      readonly water: WaterDistrictSize;
      readonly air: AirNetworkSize;
      readonly faults: {
        readonly drifted: readonly [number, number];
        readonly misfiled: boolean;
        readonly stopped: boolean;
      };
    }
  >
> = {
  small: {
    areas: 6,
    meters: [40, 60],
    days: 35,
    // thirteen weeks with the city's own days
    water: { homes: 30, daysBefore: 56 },
    // eight sensors and a reference; with the city's own days a year
    air: { sensors: 8, daysBefore: 330 },
    faults: { drifted: [12, 16], misfiled: true, stopped: true },
  },
  tiny: {
    areas: 2,
    meters: [6, 8],
    days: 3,
    water: { homes: 4, daysBefore: 7 },
    air: { sensors: 2, daysBefore: 4 },
    faults: { drifted: [2, 2], misfiled: true, stopped: true },
  },
};
