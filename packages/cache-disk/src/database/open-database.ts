import { mkdirSync } from 'node:fs';
import { PerfError } from '@perf/contracts';
import type { DiskDatabase } from './disk-database.ts';
import type { LmdbModule } from './lmdb-module.ts';
import { loadLmdb } from './lmdb-module.ts';
import { openLmdb } from './open-lmdb.ts';

/** What opening needs to know; see `DiskStoreOptions`. */
export interface OpenDatabaseOptions {
  readonly readOnly: boolean;
  readonly driver: 'lmdb' | 'sqlite';
  readonly onError: (error: unknown) => void;
}

/**
 * Opens the database in `folder`. Where lmdb cannot be loaded, SQLite takes its place. A damaged or foreign file is moved aside,
 * in place of one moved before, and the cache begins anew; `onError` is told.
 */
export async function openDatabase(folder: string, options: OpenDatabaseOptions): Promise<DiskDatabase> {
  try {
    if (!options.readOnly) mkdirSync(folder, { recursive: true });
    const lmdb = options.driver === 'lmdb' ? tryLmdb() : undefined;
    if (lmdb !== undefined) return await openLmdb(lmdb, folder, options);
    // Loaded only where it is used: this Node warns that its SQLite is experimental.
    const { openSqlite } = await import('./open-sqlite.ts');
    return openSqlite(folder, options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot open the cache in ${folder}: ${why}`, { cause });
  }
}

function tryLmdb(): LmdbModule | undefined {
  try {
    return loadLmdb();
  } catch {
    // No binary for this platform: the other driver serves, and `store.driver` says so.
    return undefined;
  }
}
