/** CRC-16/ARC: the polynomial 0x8005 reflected, no initial value, no inversion. */
const POLYNOMIAL = 0xa001;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

const next = (crc: number, byte: number): number => (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);

/** Goes on from `crc` over a text of ASCII; another character counts as two bytes, so that it cannot pass for one. */
export function crc16(text: string, crc = 0): number {
  let sum = crc;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0xff) sum = next(sum, code >>> 8);
    sum = next(sum, code & 0xff);
  }
  return sum;
}
