import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DamagedFileError } from './disk-database.ts';

/** Where a meta page of lmdb holds its magic number, the size of a page, and the last page in use. */
const META = { magicAt: 24, pageSizeAt: 48, lastPageAt: 144, bytes: 152 } as const;
const MAGIC = 0xbeefc0de;
const PAGE_SIZES = new Set([4_096, 8_192, 16_384, 32_768, 65_536]);

/** What a file looks like from outside. `short`: it lacks pages that its meta pages count, which may be free ones. */
export type LmdbFileState = 'missing' | 'whole' | 'short';

/**
 * Looks at a file without lmdb, which ends the process when it comes upon a page that is cut off. What is no file of lmdb throws
 * `DamagedFileError`.
 */
export function inspectLmdbFile(file: string): LmdbFileState {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 'missing';
  const descriptor = openSync(file, 'r');
  try {
    const first = readMeta(file, descriptor, 0);
    const second = readMeta(file, descriptor, first.pageSize);
    const needed = (Math.max(first.lastPage, second.lastPage) + 1) * first.pageSize;
    return size < needed ? 'short' : 'whole';
  } finally {
    closeSync(descriptor);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
}

function readMeta(file: string, descriptor: number, at: number): Meta {
  const meta = Buffer.alloc(META.bytes);
  const read = readSync(descriptor, meta, 0, META.bytes, at);
  const pageSize = meta.readUInt32LE(META.pageSizeAt);
  if (read < META.bytes || meta.readUInt32LE(META.magicAt) !== MAGIC || !PAGE_SIZES.has(pageSize))
    throw new DamagedFileError(`${file} is not a file of lmdb`);
  return { pageSize, lastPage: Number(meta.readBigUInt64LE(META.lastPageAt)) };
}
