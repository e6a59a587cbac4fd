import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/*
 * Sparkplug B 3.0, protobuf (proto2); number of a field in brackets:
 * Payload       = timestamp (1) uint64, ms; metrics (2) *Metric; seq (3) uint64, 0..255; uuid (4); body (5)
 * Metric        = name (1) string; alias (2) uint64; timestamp (3) uint64, ms; datatype (4) uint32; is_historical (5) bool;
 *                 is_transient (6) bool; is_null (7) bool; metadata (8); properties (9) PropertySet; one value of:
 *                 int (10) uint32 / long (11) uint64 / float (12) / double (13) / boolean (14) / string (15) / bytes (16) /
 *                 dataset (17) / template (18) / extension (19)
 * PropertySet   = keys (1) *string; values (2) *PropertyValue, one for each key
 * PropertyValue = type (1) uint32; is_null (2) bool; …; string (8) string
 * Signed integers are two's complement in the unsigned fields.
 */

/** What stands before and behind the metrics. */
export interface PayloadHead {
  /** Milliseconds since 1970. */
  readonly timestamp: number | undefined;
  readonly seq: number | undefined;
}

export interface Metric {
  name: string | undefined;
  alias: number | undefined;
  /** Milliseconds since 1970. */
  timestamp: number | undefined;
  datatype: number | undefined;
  isTransient: boolean;
  isNull: boolean;
  /** Property `engUnit`. */
  unit: string | undefined;
  /** As it travels; null: bytes, a data set or a template. */
  value: number | bigint | boolean | string | null | undefined;
  /** The field that holds the value. */
  valueField: number;
}

/** Type codes of the specification, section 6.4.16. */
const TYPE = { int8: 1, int16: 2, int32: 3, int64: 4, boolean: 11 } as const;

/** Everything that is not a metric. @throws {Error} where the bytes are no protobuf */
export function readHead(bytes: Uint8Array): PayloadHead {
  const reader = new BinaryReader(bytes);
  let timestamp: number | undefined;
  let seq: number | undefined;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.Varint) timestamp = Number(reader.uint64());
    else if (field === 3 && type === WireType.Varint) seq = Number(reader.uint64());
    else skip(reader, field, type);
  }
  return { timestamp, seq };
}

/**
 * Each metric, one at a time, so that a payload of a million empty ones takes no room; undefined: its bytes are no metric.
 *
 * @throws {Error} where the bytes are no protobuf; {@link readHead} has found that out before
 */
export function eachMetric(
  bytes: Uint8Array,
  visit: (metric: Metric | undefined, index: number) => void,
): void {
  const reader = new BinaryReader(bytes);
  for (let index = 0; reader.pos < reader.len;) {
    const [field, type] = reader.tag();
    if (field === 2 && type === WireType.LengthDelimited) {
      visit(tryMetric(reader.bytes()), index);
      index += 1;
    } else skip(reader, field, type);
  }
}

function skip(reader: BinaryReader, field: number, type: WireType): void {
  // Groups nest, and no field of Sparkplug is one.
  if (type === WireType.StartGroup) throw new Error('a group, which Sparkplug has not');
  reader.skip(type, field);
  if (reader.pos > reader.len) throw new Error('the bytes end within a field');
}

function tryMetric(bytes: Uint8Array): Metric | undefined {
  try {
    return readMetric(new BinaryReader(bytes));
  } catch {
    return undefined;
  }
}

function readMetric(reader: BinaryReader): Metric {
  const metric: Metric = {
    name: undefined,
    alias: undefined,
    timestamp: undefined,
    datatype: undefined,
    isTransient: false,
    isNull: false,
    unit: undefined,
    value: undefined,
    valueField: 0,
  };
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (!readField(reader, field, type, metric)) skip(reader, field, type);
  }
  return metric;
}

/** False: the field is another one, or not of the type it has in a metric. */
function readField(reader: BinaryReader, field: number, type: WireType, metric: Metric): boolean {
  if (field >= 10 && field <= 19) {
    const value = readValue(reader, field, type);
    if (value === undefined) return false;
    metric.value = value;
    metric.valueField = field;
    return true;
  }
  if (type === WireType.Varint) {
    if (field === 2) metric.alias = Number(reader.uint64());
    else if (field === 3) metric.timestamp = Number(reader.uint64());
    else if (field === 4) metric.datatype = reader.uint32();
    else if (field === 6) metric.isTransient = reader.bool();
    else if (field === 7) metric.isNull = reader.bool();
    else return false;
    return true;
  }
  if (type !== WireType.LengthDelimited) return false;
  if (field === 1) metric.name = reader.string();
  else if (field === 9) metric.unit = readUnit(new BinaryReader(reader.bytes()));
  else return false;
  return true;
}

function readValue(reader: BinaryReader, field: number, type: WireType): Metric['value'] {
  switch (type) {
    case WireType.Varint:
      if (field === 10) return reader.uint32();
      if (field === 11) return asBigInt(reader.uint64());
      return field === 14 ? reader.bool() : undefined;
    case WireType.Bit32:
      return field === 12 ? reader.float() : undefined;
    case WireType.Bit64:
      return field === 13 ? reader.double() : undefined;
    case WireType.LengthDelimited:
      if (field === 15) return reader.string();
      if (field < 16) return undefined;
      reader.bytes();
      return null;
    case WireType.StartGroup:
    case WireType.EndGroup:
      return undefined;
  }
}

const asBigInt = (value: bigint | string): bigint => BigInt(value);

const UNIT_KEY = 'engunit';

/** The text of the property `engUnit`. */
function readUnit(reader: BinaryReader): string | undefined {
  let keys = 0;
  let values = 0;
  let wanted = -1;
  const texts: (string | undefined)[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.LengthDelimited) {
      if (reader.string().toLowerCase() === UNIT_KEY) wanted = keys;
      keys += 1;
    } else if (field === 2 && type === WireType.LengthDelimited) {
      const value = readTextProperty(new BinaryReader(reader.bytes()));
      if (value !== undefined) texts[values] = value;
      values += 1;
    } else skip(reader, field, type);
  }
  return wanted < 0 ? undefined : texts[wanted];
}

function readTextProperty(reader: BinaryReader): string | undefined {
  let text: string | undefined;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 8 && type === WireType.LengthDelimited) text = reader.string();
    else skip(reader, field, type);
  }
  return text;
}

/**
 * The number of an integer field by its type (SP-02): 4294967278 of an Int32 is -18. Beyond 2^53 it is the nearest double.
 */
export function integerOf(raw: number | bigint, datatype: number): number {
  switch (datatype) {
    case TYPE.int8:
      return Number(BigInt.asIntN(8, BigInt(raw)));
    case TYPE.int16:
      return Number(BigInt.asIntN(16, BigInt(raw)));
    case TYPE.int32:
      return typeof raw === 'number' ? raw | 0 : Number(BigInt.asIntN(32, raw));
    case TYPE.int64:
      return typeof raw === 'number' ? raw : Number(BigInt.asIntN(64, raw));
    default:
      return Number(raw);
  }
}

/** A payload with one boolean metric that is true: a command. */
export function writeCommand(name: string, timestampMs: number): Uint8Array {
  const stamp = BigInt(Math.max(0, Math.trunc(timestampMs)));
  return new BinaryWriter()
    .tag(1, WireType.Varint)
    .uint64(stamp)
    .tag(2, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.LengthDelimited)
    .string(name)
    .tag(3, WireType.Varint)
    .uint64(stamp)
    .tag(4, WireType.Varint)
    .uint32(TYPE.boolean)
    .tag(14, WireType.Varint)
    .bool(true)
    .join()
    .finish();
}

/** The number of the session that a birth or death of a node bears. */
export function readBdSeq(bytes: Uint8Array): number | undefined {
  let bdSeq: number | undefined;
  eachMetric(bytes, (metric) => {
    const value = metric?.name === 'bdSeq' ? metric.value : undefined;
    if (typeof value === 'number' || typeof value === 'bigint') bdSeq = Number(value);
  });
  return bdSeq;
}
