import type { MqttClient } from 'mqtt';

/** Reason codes of SUBACK; the levels of service are 0 to 2. */
const REFUSED = 0x80;
const REASONS: Readonly<Record<number, string>> = {
  0x83: 'it says no more than that',
  0x87: 'the user of MQTT_URL is not allowed to',
  0x8f: 'it does not take such a filter',
  0x97: 'a quota is used up',
  0x9e: 'it has no shared subscriptions',
  0xa2: 'it has no wildcards',
};

/** What the broker answers to each of the filters: a level of service, or a reason why not. @throws where it does not answer */
export async function subscribeAll(
  client: MqttClient,
  filters: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  let codes: readonly number[];
  try {
    // rh 1: retained messages only with a new subscription, not with each connection (MQTT 5).
    const answers = await client.subscribeAsync([...filters], { qos: 1, rh: 1 });
    return new Map(answers.map(({ topic, qos }) => [topic, qos]));
  } catch (error) {
    // The client fails as a whole where one filter is refused.
    const answered = codesOf(error);
    if (answered?.length !== filters.length) throw error;
    codes = answered;
  }
  return new Map(filters.map((filter, index) => [filter, codes[index] ?? REFUSED]));
}

function codesOf(error: unknown): number[] | undefined {
  const packet = error instanceof Error && 'packet' in error ? error.packet : undefined;
  if (typeof packet !== 'object' || packet === null || !('granted' in packet)) return undefined;
  const { granted } = packet;
  return Array.isArray(granted) ? granted.filter((code) => typeof code === 'number') : undefined;
}

export const isRefused = (code: number | undefined): boolean =>
  code === undefined || code >= REFUSED;

/** Why a source does not get what it should, and what mends it; undefined: it does. */
export function grantProblem(filter: string, code: number | undefined): string | undefined {
  if (code === 1) return undefined;
  if (!isRefused(code))
    return `the broker grants ${filter} at QoS ${code} only, so that messages may be lost; let it grant QoS 1`;
  const said = REASONS[code ?? REFUSED] ?? 'it says no more than that';
  return `the broker refuses the subscription to ${filter} (${said}): let it allow the user of the worker, or correct the filter`;
}
