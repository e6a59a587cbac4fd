import type { DeviceResult } from '@verimeter/drift';

/** The first answer per device and quantity counts: a meter that two groups list is answered for in the first of them. */
export function firstAnswers(results: readonly DeviceResult[]): DeviceResult[] {
  const found = new Map<string, DeviceResult>();
  for (const result of results) {
    const key = `${result.deviceId}\n${result.quantity ?? ''}`;
    if (!found.has(key)) found.set(key, result);
  }
  return [...found.values()];
}
