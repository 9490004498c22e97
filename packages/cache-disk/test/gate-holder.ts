// Holds the gate of the folder it is told of: says `held` when it has it, and lets go at the end of its input.
import { once } from 'node:events';
import { join } from 'node:path';
import { LmdbGate } from '../src/database/lmdb-gate.ts';
import { loadLmdb } from '../src/database/lmdb-module.ts';

const [folder = ''] = process.argv.slice(2);
const gate = new LmdbGate(loadLmdb(), join(folder, 'cache-gate.mdb'));
await gate.hold(async () => {
  process.stdout.write('held\n');
  await once(process.stdin.resume(), 'end');
});
await gate.close();
