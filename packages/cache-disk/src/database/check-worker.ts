// Reads all of a file of lmdb, and writes to it unless it is to be read only. Ends with 0 when nothing was missing.
import { TABLES } from './disk-database.ts';
import { LmdbDatabase } from './lmdb-database.ts';
import { loadLmdb } from './lmdb-module.ts';

const [file = '', mode] = process.argv.slice(2);
const database = new LmdbDatabase({ module: loadLmdb(), file, readOnly: mode === 'read', gate: undefined });
for (const table of TABLES) {
  let start = Buffer.of(0);
  for (;;) {
    const keys = database.keysFrom(table, start, 100);
    for (const key of keys) database.get(table, key);
    const last = keys.at(-1);
    if (last === undefined) break;
    start = Buffer.concat([last, Buffer.of(0)]);
  }
}
if (mode === 'write')
  await database.transact(() => database.put('state', Buffer.from('checked'), Buffer.of(1)));
await database.close();
