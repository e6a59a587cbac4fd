import type { Pool } from '@verimeter/registry';
import type { ReadyMessage } from '../instance-file.ts';
import { say } from '../output.ts';

/** A device whose readings a visitor may add to; undefined where none is registered yet. */
async function firstDevice(pool: Pool, tenant: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ device_id: string }>(
    'SELECT device_id FROM devices WHERE tenant = $1 ORDER BY device_id LIMIT 1',
    [tenant],
  );
  return rows[0]?.device_id;
}

/** What to open, and two lines to paste. The message is a signal strength: no register of a real meter may jump by it. */
export function introductionText(ready: ReadyMessage, device: string | undefined): string {
  const { http, mqtt, tenant, api_key: key } = ready;
  const broker = new URL(mqtt);
  const id = device ?? 'DEVICE';
  return [
    '',
    `  Dashboard   ${http}/#key=${key}`,
    `  API         ${http}/docs`,
    '',
    device === undefined
      ? '  Try it, once DEVICE is registered (verimeter import devices FILE):'
      : '  Try it:',
    `    mosquitto_pub -h ${broker.hostname} -p ${broker.port} -q 1 -t verimeter/v1/${tenant}/${id}/readings -m '{"values":{"rssi":-71}}'`,
    `    curl -s -H 'Authorization: Bearer ${key}' '${http}/api/v1/readings?device_id=${id}&quantity=rssi'`,
    '',
    '  Ctrl-C stops everything; the next start continues.',
    '',
  ].join('\n');
}

export async function introduce(pool: Pool, ready: ReadyMessage): Promise<void> {
  say(introductionText(ready, await firstDevice(pool, ready.tenant)));
}
