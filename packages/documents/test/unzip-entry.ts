import { inflateRawSync } from 'node:zlib';

/** The text of a file in a ZIP archive, by the central directory (APPNOTE 4.3.12). */
export function unzipEntry(archive: Uint8Array, name: string): string {
  const bytes = Buffer.from(archive);
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  const count = bytes.readUInt16LE(end + 10);
  const names: string[] = [];
  for (let k = 0; k < count; k++) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const own = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    names.push(own);
    if (own === name) {
      const size = bytes.readUInt32LE(at + 20);
      const local = bytes.readUInt32LE(at + 42);
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + size);
      return (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(data) : data).toString('utf8');
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  throw new Error(`no ${name} among ${names.join(', ')}`);
}
