import { createRequire } from 'node:module';

/** The part of lmdb that this package uses. Its own types do not compile for everybody, so they are never read. */
export interface LmdbModule {
  open(options: object): LmdbEnvironment;
}

/** An open file. */
export interface LmdbEnvironment {
  openDB(options: object): LmdbTable | undefined;
  /** Runs `work` when the writing thread has begun a transaction; resolves when it is committed. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
  /** The same with what `work` writes undone when it throws. */
  childTransaction(work: () => void): Promise<unknown>;
  resetReadTxn(): void;
  backup(path: string, compact: boolean): Promise<void>;
  /** Forgets places of processes that have ended. */
  readerCheck(): number;
  readerList(): string;
  close(): Promise<void>;
}

/** A named tree in it. */
export interface LmdbTable {
  /** A view on memory that the next call overwrites; its `length` is right, its `byteLength` is not. */
  getBinaryFast(key: Uint8Array): Buffer | undefined;
  putSync(key: Uint8Array, value: Uint8Array): void;
  removeSync(key: Uint8Array): boolean;
  clearSync(): void;
  getKeys(options: { start: Uint8Array; limit: number }): Iterable<Buffer>;
}

/**
 * Options of every file. Without `overlappingSync` a commit is on the disk when it is visible, in the order lmdb was proven with.
 * With `eventTurnBatching` lmdb makes a promise that nobody can handle, and a full disk would end the process.
 */
export const LMDB_OPTIONS = {
  noSubdir: true,
  maxDbs: 8,
  overlappingSync: false,
  eventTurnBatching: false,
  encoding: 'binary',
  keyEncoding: 'binary',
} as const;

const require = createRequire(import.meta.url);

/** lmdb; throws where it cannot be loaded. */
export function loadLmdb(): LmdbModule {
  const module: unknown = require('lmdb');
  if (isLmdb(module)) return module;
  throw new TypeError('the package lmdb has no function open');
}

function isLmdb(module: unknown): module is LmdbModule {
  return (
    typeof module === 'object' && module !== null && 'open' in module && typeof module.open === 'function'
  );
}
