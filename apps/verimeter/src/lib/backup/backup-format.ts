import { z } from 'zod';

/**
 * A backup file: this line, a zstd stream of records, and a line with the SHA-256 of all bytes before it. A record is its kind (one
 * byte), the length of its content (uint32, big-endian) and the content: JSON, or for `data` bytes of PostgreSQL's binary COPY.
 * Header, then per section its head, data and end, then the footer.
 */
export const MAGIC = 'VERIMETER BACKUP 1\n';
export const TRAILER_LABEL = '\nsha256 ';
/** Label, 64 hexadecimal digits, line feed. */
export const TRAILER_BYTES = TRAILER_LABEL.length + 64 + 1;

/** Records of this version are far shorter: a longer one is none. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

const migration = z.object({ name: z.string(), sha256: z.string() });
const header = z.object({
  /** Of Verimeter that wrote it. */
  product_version: z.string(),
  created_at: z.string(),
  postgres_version: z.string(),
  tenants: z.array(z.string()),
  /** The schema: what was applied to the database, in order. */
  migrations: z.array(migration),
  /** `elsewhere`: the readings are in another store, and not in this file. */
  readings: z.enum(['included', 'elsewhere']),
  /** Months of readings come in falling order. */
  newest_first: z.boolean().optional(),
});
const section = z.object({
  table: z.string(),
  columns: z.array(z.string()).min(1),
  /** Readings come in spans of their times (RFC 3339), for which the restored database needs partitions. */
  span: z.object({ from: z.string(), to: z.string() }).optional(),
});
const sectionEnd = z.object({ rows: z.int(), bytes: z.int(), sha256: z.string() });
const sequence = z.object({
  table: z.string(),
  column: z.string(),
  last_value: z.int(),
  is_called: z.boolean(),
});
const footer = z.object({
  sections: z.int(),
  rows: z.int(),
  sequences: z.array(sequence),
});

export type BackupHeader = z.output<typeof header>;
export type BackupSection = z.output<typeof section>;
export type SectionEnd = z.output<typeof sectionEnd>;
export type BackupSequence = z.output<typeof sequence>;
type BackupFooter = z.output<typeof footer>;

export type BackupRecord =
  | { readonly kind: 'header'; readonly content: BackupHeader }
  | { readonly kind: 'section'; readonly content: BackupSection }
  | { readonly kind: 'data'; readonly content: Buffer }
  | { readonly kind: 'sectionEnd'; readonly content: SectionEnd }
  | { readonly kind: 'footer'; readonly content: BackupFooter };

/** The file is no backup, damaged, or not one that this version reads. */
export class BackupFileError extends Error {
  readonly code = 'backup_file';
}

const KIND_BYTES = { header: 'H', section: 'T', data: 'D', sectionEnd: 'E', footer: 'F' } as const;
const HEAD_BYTES = 5;

/** The record as it is in the file: its head and its content. */
export function encodeRecord(record: BackupRecord): [Buffer, Buffer] {
  const content =
    record.kind === 'data' ? record.content : Buffer.from(JSON.stringify(record.content));
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.write(KIND_BYTES[record.kind], 0, 'latin1');
  head.writeUInt32BE(content.length, 1);
  return [head, content];
}

function decodeContent(kind: string, content: Buffer): BackupRecord {
  if (kind === KIND_BYTES.data) return { kind: 'data', content };
  const json: unknown = JSON.parse(content.toString());
  switch (kind) {
    case KIND_BYTES.header:
      return { kind: 'header', content: header.parse(json) };
    case KIND_BYTES.section:
      return { kind: 'section', content: section.parse(json) };
    case KIND_BYTES.sectionEnd:
      return { kind: 'sectionEnd', content: sectionEnd.parse(json) };
    case KIND_BYTES.footer:
      return { kind: 'footer', content: footer.parse(json) };
    default:
      throw new BackupFileError(`has a record of unknown kind ${JSON.stringify(kind)}`);
  }
}

/** Records of the unpacked bytes. @throws BackupFileError where they are none or end before the footer. */
export async function* decodeRecords(bytes: AsyncIterable<Buffer>): AsyncGenerator<BackupRecord> {
  let pieces: Buffer[] = [];
  let length = 0;
  let needed = HEAD_BYTES;
  let complete = false;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length < needed) continue;
    let buffer = pieces.length === 1 ? piece : Buffer.concat(pieces, length);
    for (;;) {
      needed = HEAD_BYTES;
      if (buffer.length < needed) break;
      const size = buffer.readUInt32BE(1);
      if (size > MAX_RECORD_BYTES) throw new BackupFileError('has a record that is too long');
      needed += size;
      if (buffer.length < needed) break;
      if (complete) throw new BackupFileError('goes on after its last record');
      const record = decodeContent(
        buffer.toString('latin1', 0, 1),
        buffer.subarray(HEAD_BYTES, needed),
      );
      complete = record.kind === 'footer';
      buffer = buffer.subarray(needed);
      yield record;
    }
    pieces = buffer.length === 0 ? [] : [buffer];
    length = buffer.length;
  }
  if (!complete || length > 0) throw new BackupFileError('ends before its last record');
}
