/** One file of an archive, as its central directory tells it. JSON-safe. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  readonly crc: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Whether its sizes are told behind it, as its header was written before they were known. */
  readonly isStreamed: boolean;
  /** Whether its header leaves room for sizes of 8 bytes. */
  readonly zip64: boolean;
}

/** What fits into the 4 bytes of a plain archive; this very number says "look at the ZIP64 field". */
export const MAX_UINT32 = 0xffff_ffff;
/** Entries of a plain archive. */
const MAX_ENTRIES = 0xffff;

const NAMES_ARE_UTF8 = 0x0800;
const SIZES_FOLLOW = 0x0008;
const PLAIN_VERSION = 20;
const ZIP64_VERSION = 45;
/** 1980-01-01 00:00, the earliest that the format knows: the same bytes in every run. */
const DATE = 0x0021;
const TIME = 0;

/** What stands before an entry's bytes. The sizes are 0 where they follow. */
export function localHeader(entry: ZipEntry): Buffer {
  const name = Buffer.from(entry.name);
  const extra = entry.zip64 ? zip64Field(entry.isStreamed ? [0, 0] : [entry.size, entry.packed]) : NOTHING;
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(versionOf(entry.zip64), 4);
  head.writeUInt16LE(flagsOf(entry), 6);
  head.writeUInt16LE(entry.method, 8);
  head.writeUInt16LE(TIME, 10);
  head.writeUInt16LE(DATE, 12);
  if (!entry.isStreamed) head.writeUInt32LE(entry.crc, 14);
  const plain = entry.isStreamed ? [0, 0] : [entry.packed, entry.size];
  const [packed = 0, size = 0] = entry.zip64 ? [MAX_UINT32, MAX_UINT32] : plain;
  head.writeUInt32LE(packed, 18);
  head.writeUInt32LE(size, 22);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, name, extra]);
}

/** What stands behind the bytes of a streamed entry. */
export function dataDescriptor({ crc, packed, size, zip64 }: ZipEntry): Buffer {
  const bytes = Buffer.alloc(zip64 ? 24 : 16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  if (zip64) {
    bytes.writeBigUInt64LE(BigInt(packed), 8);
    bytes.writeBigUInt64LE(BigInt(size), 16);
  } else {
    bytes.writeUInt32LE(packed, 8);
    bytes.writeUInt32LE(size, 12);
  }
  return bytes;
}

/** An entry's line in the central directory. */
export function directoryEntry(entry: ZipEntry): Buffer {
  const { crc, size, packed, offset, method } = entry;
  const name = Buffer.from(entry.name);
  const large = [size, packed, offset].filter((value) => value >= MAX_UINT32);
  const extra = large.length > 0 ? zip64Field(large) : NOTHING;
  const needsZip64 = entry.zip64 || large.length > 0;
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(versionOf(needsZip64), 4);
  head.writeUInt16LE(versionOf(needsZip64), 6);
  head.writeUInt16LE(flagsOf(entry), 8);
  head.writeUInt16LE(method, 10);
  head.writeUInt16LE(TIME, 12);
  head.writeUInt16LE(DATE, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(Math.min(packed, MAX_UINT32), 20);
  head.writeUInt32LE(Math.min(size, MAX_UINT32), 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(Math.min(offset, MAX_UINT32), 42);
  return Buffer.concat([head, name, extra]);
}

/** What ends an archive whose central directory holds `count` entries in `length` bytes from `offset` on. */
export function archiveEnd(count: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, MAX_ENTRIES), 8);
  end.writeUInt16LE(Math.min(count, MAX_ENTRIES), 10);
  end.writeUInt32LE(Math.min(length, MAX_UINT32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_UINT32), 16);
  if (count < MAX_ENTRIES && length < MAX_UINT32 && offset < MAX_UINT32) return end;
  const large = Buffer.alloc(76);
  large.writeUInt32LE(0x06064b50, 0);
  large.writeBigUInt64LE(44n, 4);
  large.writeUInt16LE(ZIP64_VERSION, 12);
  large.writeUInt16LE(ZIP64_VERSION, 14);
  large.writeBigUInt64LE(BigInt(count), 24);
  large.writeBigUInt64LE(BigInt(count), 32);
  large.writeBigUInt64LE(BigInt(length), 40);
  large.writeBigUInt64LE(BigInt(offset), 48);
  large.writeUInt32LE(0x07064b50, 56);
  large.writeBigUInt64LE(BigInt(offset + length), 64);
  large.writeUInt32LE(1, 72);
  return Buffer.concat([large, end]);
}

const NOTHING = Buffer.alloc(0);

function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + values.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(values.length * 8, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  return field;
}

function versionOf(zip64: boolean): number {
  return zip64 ? ZIP64_VERSION : PLAIN_VERSION;
}

function flagsOf({ isStreamed }: ZipEntry): number {
  return isStreamed ? NAMES_ARE_UTF8 | SIZES_FOLLOW : NAMES_ARE_UTF8;
}
