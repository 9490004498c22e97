import { crc32 } from 'node:zlib';
import { readZip, unzipEntry } from '@perf/export-core';

/** An archive with some of its files changed, and those added that it does not have; none is packed. */
export function editZip(
  archive: Uint8Array,
  edits: Readonly<Record<string, (text: string) => string>>,
): Uint8Array {
  const files = new Map(readZip(archive).map((part) => [part.name, unzipEntry(part, 1e8)]));
  for (const [name, edit] of Object.entries(edits))
    files.set(name, Buffer.from(edit(files.get(name)?.toString() ?? '')));
  const locals: Buffer[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const shared = sharedFields(name, bytes);
    locals.push(fields([4, 0x04034b50]), shared, Buffer.from(name), bytes);
    const rest = fields([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    records.push(fields([4, 0x02014b50], [2, 20]), shared, rest, Buffer.from(name));
    offset += 30 + name.length + bytes.length;
  }
  const directory = Buffer.concat(records);
  const end = fields(
    [4, 0x06054b50],
    [4, 0],
    [2, files.size],
    [2, files.size],
    [4, directory.length],
    [4, offset],
    [2, 0],
  );
  return Buffer.concat([...locals, directory, end]);
}

/** What the head of a file and its record in the directory have in common. Names are ASCII. */
function sharedFields(name: string, bytes: Buffer): Buffer {
  const { length } = bytes;
  return fields(
    [2, 20],
    [2, 0],
    [2, 0],
    [4, 0x21_0000],
    [4, crc32(bytes)],
    [4, length],
    [4, length],
    [2, name.length],
    [2, 0],
  );
}

function fields(...values: readonly (readonly [size: 2 | 4, value: number])[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of values) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}
