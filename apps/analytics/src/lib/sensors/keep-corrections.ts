import { SENSOR_MODEL_VERSION, type SensorCorrection } from '@verimeter/drift';
import { keepSensorCorrections, type Pool } from '@verimeter/registry';

/** Corrected values become versions beside the raw ones. `deviceIds`: the sensors that were published; default all of the tenant. */
export async function keepCorrections(
  pool: Pool,
  run: {
    readonly tenant: string;
    readonly runId: number;
    readonly deviceIds?: ReadonlySet<string> | undefined;
  },
  corrections: readonly SensorCorrection[],
): Promise<void> {
  const { tenant, runId, deviceIds } = run;
  await keepSensorCorrections(
    pool,
    tenant,
    {
      model: SENSOR_MODEL_VERSION,
      runId,
      ...(deviceIds === undefined ? {} : { deviceIds: [...deviceIds] }),
    },
    corrections.filter(({ deviceId }) => deviceIds?.has(deviceId) ?? true),
  );
}
