import { QUALITY } from '@verimeter/telemetry';
import { timestamptz } from './instants.ts';
import { type Pool, type Queryable, withTransaction } from './pools.ts';

const METHOD = 'sensor_correction';

/** How a value of a sensor is corrected from an instant on: corrected = (indicated - offset) / gain. Microseconds since 1970. */
export interface ValueCorrection {
  readonly fromUs: number;
  /** Exclusive. */
  readonly toUs: number;
  readonly gain: number;
  readonly offset: number;
}

export interface StoredCorrection extends ValueCorrection {
  readonly version: number;
  readonly code: string;
  readonly method: string;
  readonly model: string;
  readonly createdUs: number;
}

/** A correction of one quantity of one device, as an analysis of sensors gives it. */
export interface SensorCorrectionInput extends ValueCorrection {
  readonly deviceId: string;
  readonly quantity: string;
}

/** What is the same stays; the rest of the tenant, or of the sensors named, is superseded. */
const SUPERSEDE = `
  UPDATE value_corrections v SET superseded_at = now() FROM channels c
   WHERE v.tenant = $1 AND c.channel_id = v.channel_id AND v.superseded_at IS NULL AND v.method = '${METHOD}'
     AND ($3::text[] IS NULL OR c.device_id = ANY ($3))
     AND NOT EXISTS (SELECT FROM jsonb_to_recordset($2::jsonb) AS i (
                       device_id text, quantity text, from_ts timestamptz, to_ts timestamptz, gain float8, "offset" float8)
                      WHERE (i.device_id, i.quantity, i.from_ts, i.to_ts, i.gain, i."offset")
                            = (c.device_id, c.quantity, v.from_ts, v.to_ts, v.gain, v."offset"))`;

/** One row per instant in force is the table's key: of two corrections from the same instant on the longer one is added. */
const ADD = `
  INSERT INTO value_corrections (tenant, channel_id, from_ts, to_ts, version, gain, "offset", code, method, model, run_id)
  SELECT DISTINCT ON (c.channel_id, i.from_ts) $1, c.channel_id, i.from_ts, i.to_ts,
         1 + coalesce((SELECT max(v.version) FROM value_corrections v
                        WHERE v.channel_id = c.channel_id AND v.from_ts < i.to_ts AND i.from_ts < v.to_ts), 0),
         i.gain, i."offset", '${QUALITY.edited}', '${METHOD}', $3, $4
    FROM jsonb_to_recordset($2::jsonb) AS i (
           device_id text, quantity text, from_ts timestamptz, to_ts timestamptz, gain float8, "offset" float8)
    JOIN channels c ON c.tenant = $1 AND c.device_id = i.device_id AND c.quantity = i.quantity
   WHERE NOT EXISTS (SELECT FROM value_corrections v
                      WHERE v.channel_id = c.channel_id AND v.from_ts = i.from_ts AND v.superseded_at IS NULL)
   ORDER BY c.channel_id, i.from_ts, i.to_ts DESC, i.gain, i."offset"`;

/**
 * Makes the corrections of a tenant's sensors those of an analysis: what came out otherwise is superseded and kept, raw values stay as they
 * are. `deviceIds`: the sensors that were analysed; others keep theirs. A correction of a sensor that is not registered is left out. Returns
 * how many are new.
 */
export async function keepSensorCorrections(
  pool: Pool,
  tenant: string,
  analysis: {
    readonly model: string;
    readonly runId?: number | undefined;
    readonly deviceIds?: readonly string[] | undefined;
  },
  corrections: readonly SensorCorrectionInput[],
): Promise<number> {
  const wrong = corrections.find(
    ({ gain, offset, fromUs, toUs }) => !(gain > 0 && Number.isFinite(offset) && fromUs < toUs),
  );
  if (wrong !== undefined)
    throw new RangeError(
      `correction of ${wrong.deviceId} ${wrong.quantity}: gain must be above 0, offset a number, and fromUs before toUs`,
    );
  const rows = JSON.stringify(
    corrections.map((correction) => ({
      device_id: correction.deviceId,
      quantity: correction.quantity,
      from_ts: timestamptz(correction.fromUs),
      to_ts: timestamptz(correction.toUs),
      gain: correction.gain,
      offset: correction.offset,
    })),
  );
  return withTransaction(pool, async (client) => {
    await client.query(SUPERSEDE, [tenant, rows, analysis.deviceIds ?? null]);
    const { rowCount } = await client.query(ADD, [
      tenant,
      rows,
      analysis.model,
      analysis.runId ?? null,
    ]);
    return rowCount ?? 0;
  });
}

/** Corrections in force of a channel that reach into a time, by time; under the policies of the client. */
export async function readCorrections(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  fromUs: number,
  toUs: number,
): Promise<StoredCorrection[]> {
  const { rows } = await client.query<StoredCorrection>(
    `SELECT v.from_ts AS "fromUs", v.to_ts AS "toUs", v.version, v.gain, v."offset", v.code, v.method, v.model,
            v.created_at AS "createdUs"
       FROM channels c JOIN value_corrections v USING (channel_id)
      WHERE c.tenant = $1 AND c.device_id = $2 AND c.quantity = $3 AND v.superseded_at IS NULL
        AND v.from_ts < $5 AND v.to_ts > $4
      ORDER BY v.from_ts`,
    [channel.tenant, channel.deviceId, channel.quantity, timestamptz(fromUs), timestamptz(toUs)],
  );
  return rows;
}

export const correctedValue = ({ gain, offset }: ValueCorrection, indicated: number): number =>
  (indicated - offset) / gain;
