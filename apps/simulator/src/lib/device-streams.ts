import type { City } from './city.ts';

export const QUARTER_HOUR_MS = 900_000;
export const HOUR_MS = 3_600_000;

/** What one device has to send: series on its own grid, value k at startMs + k * stepMs. Some began before the city did. */
export interface DeviceStream {
  readonly deviceId: string;
  readonly kind: 'electricity' | 'water' | 'air';
  readonly gateway: string | undefined;
  readonly startMs: number;
  readonly stepMs: number;
  readonly quantities: Readonly<Record<string, Float64Array>>;
  /** W, electricity only. */
  readonly power: Float32Array | undefined;
}

/** The devices of a city as senders. The truth is not among their data. */
export function deviceStreams(city: City): DeviceStream[] {
  const gateway = (deviceId: string): string | undefined => city.gateways.get(deviceId);
  return [
    ...city.electricity.map(({ deviceId, register, voltages, power }): DeviceStream => {
      const quantities: Record<string, Float64Array> = { active_energy_import: register };
      voltages.forEach((series, phase) => {
        quantities[`voltage_l${phase + 1}`] = series;
      });
      return {
        deviceId,
        kind: 'electricity',
        gateway: gateway(deviceId),
        startMs: city.startMs,
        stepMs: QUARTER_HOUR_MS,
        quantities,
        power,
      };
    }),
    ...city.water.map(({ deviceId, register, reverseRegister, pressure }): DeviceStream => ({
      deviceId,
      kind: 'water',
      gateway: gateway(deviceId),
      startMs: city.waterStartMs,
      stepMs: HOUR_MS,
      quantities: {
        water_volume: register,
        ...(reverseRegister === undefined ? {} : { water_volume_reverse: reverseRegister }),
        ...(pressure === undefined ? {} : { water_pressure: pressure }),
      },
      power: undefined,
    })),
    ...city.air.map(({ deviceId, quantities }): DeviceStream => ({
      deviceId,
      kind: 'air',
      gateway: undefined,
      startMs: city.airStartMs,
      stepMs: HOUR_MS,
      quantities,
      power: undefined,
    })),
  ];
}

/** First and last grid index of a stream with `afterMs` < instant <= `untilMs`; last < first where there is none. */
export function gridRange(
  { startMs, stepMs }: DeviceStream,
  afterMs: number,
  untilMs: number,
): readonly [first: number, last: number] {
  return [
    Math.max(0, Math.floor((afterMs - startMs) / stepMs) + 1),
    Math.floor((untilMs - startMs) / stepMs),
  ];
}
