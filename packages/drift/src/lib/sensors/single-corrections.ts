import type { SensorCorrection } from './sensor-types.ts';

/** Corrections of which no two hold at one time for one quantity of a device: the earlier in order holds, of later ones what it leaves open. */
export function singleCorrections(corrections: readonly SensorCorrection[]): SensorCorrection[] {
  const kept = new Map<string, SensorCorrection[]>();
  for (const correction of corrections) {
    const key = `${correction.deviceId}\n${correction.quantity}`;
    const own = kept.get(key) ?? [];
    kept.set(key, [...own, ...leftOpen(correction, own)]);
  }
  return [...kept.values()].flat();
}

/** The pieces of a correction that none of the others covers. */
function leftOpen(
  correction: SensorCorrection,
  others: readonly SensorCorrection[],
): SensorCorrection[] {
  let open = [correction];
  for (const { fromUs, toUs } of others)
    open = open.flatMap((piece) =>
      [
        { ...piece, toUs: Math.min(piece.toUs, fromUs) },
        { ...piece, fromUs: Math.max(piece.fromUs, toUs) },
      ].filter((part) => part.fromUs < part.toUs),
    );
  return open;
}
