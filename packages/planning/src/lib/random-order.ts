/** FNV-1a over UTF-16 units, then mixed so that texts that differ in their last letter are far apart. */
function hash32(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A number in [0, 1) that hangs on nothing but the seed and the device: whichever other devices there are, and in whatever order they come,
 * those with the lowest numbers are a random sample that anybody can draw again.
 */
export function drawOf(seed: number, deviceId: string): number {
  const text = `${seed}|${deviceId}`;
  const high = hash32(text, 0x811c_9dc5);
  const low = hash32(text, 0x9e37_79b9) >>> 11;
  return (high * 0x20_0000 + low) / 0x20_0000_0000_0000;
}
