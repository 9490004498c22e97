import { join } from 'node:path';
import type { DiskDatabase } from './disk-database.ts';
import { DamagedFileError } from './disk-database.ts';
import { moveAside } from './move-aside.ts';
import type { OpenDatabaseOptions } from './open-database.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Opens `cache.sqlite` in `folder`; a damaged one is moved aside. */
export function openSqlite(folder: string, { readOnly, onError }: OpenDatabaseOptions): DiskDatabase {
  const file = join(folder, 'cache.sqlite');
  try {
    return new SqliteDatabase(file, { readOnly });
  } catch (error) {
    if (readOnly || !(error instanceof DamagedFileError)) throw error;
    moveAside(file, ['-wal', '-shm'], error, onError);
    return new SqliteDatabase(file, { readOnly });
  }
}
