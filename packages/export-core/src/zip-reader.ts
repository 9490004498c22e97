import { PerfError } from '@perf/contracts';
import { crc32, inflateRawSync } from 'node:zlib';
import { MAX_UINT32 } from './zip-records.ts';
import type { ZipCopy } from './zip-packer.ts';

const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const IS_ENCRYPTED = 1;

/** The entries of a zip archive in the order of its central directory, their bytes as they stand in it, without a copy. */
export function readZip(archive: Uint8Array): readonly ZipCopy[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(bytes);
  let count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === MAX_UINT32) ({ count, at } = largeEnd(bytes, end));
  const entries: ZipCopy[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw broken('its directory is cut');
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    entries.push(readEntry(bytes, at, nameLength, extraLength));
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** The content of an entry. @param maxBytes a larger content is refused, `ERR_PERF_LIMIT_EXCEEDED` */
export function unzipEntry({ name, method, crc, size, bytes }: ZipCopy, maxBytes: number): Buffer {
  if (size > maxBytes)
    throw new PerfError('ERR_PERF_LIMIT_EXCEEDED', `${name} holds ${size} bytes, more than ${maxBytes}`);
  if (method !== 0 && method !== 8) throw broken(`${name} is packed by method ${method}`);
  const content = method === 0 ? Buffer.from(bytes) : inflate(name, bytes, size);
  if (content.length !== size || crc32(content) !== crc) throw broken(`${name} does not match its checksum`);
  return content;
}

function inflate(name: string, bytes: Uint8Array, size: number): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw broken(`${name} cannot be unpacked`, cause);
  }
}

function readEntry(bytes: Buffer, at: number, nameLength: number, extraLength: number): ZipCopy {
  const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
  if ((bytes.readUInt16LE(at + 8) & IS_ENCRYPTED) !== 0) throw broken(`${name} is encrypted`);
  const [size, packed, offset] = largeValues(
    bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength),
    [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)],
  );
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== 0x04034b50)
    throw broken(`${name} is not where the directory says`);
  const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (from + packed > bytes.length) throw broken(`${name} is cut`);
  return {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    size,
    bytes: bytes.subarray(from, from + packed),
  };
}

/** The values, those that do not fit 4 bytes from the ZIP64 field. */
function largeValues(
  extra: Buffer,
  values: readonly [number, number, number],
): readonly [number, number, number] {
  if (!values.includes(MAX_UINT32)) return values;
  let field = 0;
  while (field + 4 <= extra.length && extra.readUInt16LE(field) !== 1)
    field += 4 + extra.readUInt16LE(field + 2);
  let at = field + 4;
  const next = (value: number): number => {
    if (value !== MAX_UINT32) return value;
    if (at + 8 > extra.length) throw broken('a ZIP64 field is cut');
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  };
  return [next(values[0]), next(values[1]), next(values[2])];
}

function largeEnd(bytes: Buffer, end: number): { readonly count: number; readonly at: number } {
  const locator = end - 20;
  if (locator < 0 || bytes.readUInt32LE(locator) !== 0x07064b50) throw broken('its ZIP64 end is missing');
  const from = Number(bytes.readBigUInt64LE(locator + 8));
  if (from + 56 > bytes.length || bytes.readUInt32LE(from) !== 0x06064b50)
    throw broken('its ZIP64 end is missing');
  return { count: Number(bytes.readBigUInt64LE(from + 32)), at: Number(bytes.readBigUInt64LE(from + 48)) };
}

function findEnd(bytes: Buffer): number {
  const last = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= last; at--)
    if (bytes.readUInt32LE(at) === 0x06054b50) return at;
  throw broken('it has no central directory');
}

function broken(what: string, cause?: unknown): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `this is no zip archive that can be read: ${what}`, {
    cause,
  });
}
