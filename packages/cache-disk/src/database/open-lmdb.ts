import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkLmdbFile } from './check-lmdb-file.ts';
import type { DiskDatabase } from './disk-database.ts';
import { DamagedFileError } from './disk-database.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { inspectLmdbFile } from './lmdb-file.ts';
import { LmdbGate } from './lmdb-gate.ts';
import type { LmdbModule } from './lmdb-module.ts';
import { moveAside } from './move-aside.ts';
import type { OpenDatabaseOptions } from './open-database.ts';

/** Opens `cache.mdb` in `folder` while no other process opens or writes; a damaged one is moved aside. */
export async function openLmdb(
  module: LmdbModule,
  folder: string,
  { readOnly, onError }: OpenDatabaseOptions,
): Promise<DiskDatabase> {
  const file = join(folder, 'cache.mdb');
  const gate = openGate(module, join(folder, 'cache-gate.mdb'), readOnly);
  const open = async (): Promise<DiskDatabase> => {
    await checkLmdbFile(file, readOnly);
    return new LmdbDatabase({ module, file, readOnly, gate });
  };
  const openOrBegin = async (): Promise<DiskDatabase> => {
    try {
      return await open();
    } catch (error) {
      if (readOnly || !(error instanceof DamagedFileError)) throw error;
      moveAside(file, ['-lock'], error, onError);
      return open();
    }
  };
  try {
    return await (gate === undefined ? openOrBegin() : gate.hold(openOrBegin));
  } catch (error) {
    await gate?.close();
    throw error;
  }
}

function openGate(module: LmdbModule, file: string, readOnly: boolean): LmdbGate | undefined {
  try {
    inspectLmdbFile(file);
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    rmSync(file);
  }
  try {
    return new LmdbGate(module, file);
  } catch (error) {
    // Where nothing can be written, nobody writes.
    if (readOnly) return undefined;
    throw error;
  }
}
