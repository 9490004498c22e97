// Writes to a store until it is killed. Says what it is about to do, and again when that has been flushed, as JSON lines.
import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { DiskStore } from '@perf/cache-disk';
import type { KillStep } from './kill-history.ts';
import { keysOf, valueOf } from './kill-values.ts';

const [folder = '', driver, prefix = '', firstVersion] = process.argv.slice(2);
const keys = keysOf(prefix);
const store = await DiskStore.open(folder, { driver: driver === 'sqlite' ? 'sqlite' : 'lmdb' });

for (let version = Number(firstVersion); ; version++) {
  const action = randomInt(100);
  const some = Array.from({ length: randomInt(1, 20) }, () => keys[randomInt(keys.length)] ?? '');
  if (action < 60) {
    const entries = some.map((key) => ({ key, value: valueOf(key, version), expiresAt: Infinity }));
    await told({ set: some, version }, () => store.setMany(entries));
  } else if (action < 80) await told({ delete: some }, () => store.deleteMany(some));
  else if (action < 85) await told({ clear: `${prefix}1` }, () => store.clear(`${prefix}1`));
  else await told({ bump: `${prefix}counter` }, async () => (await store.bump([`${prefix}counter`]))[0]);
}

async function told(step: KillStep, work: () => Promise<number | undefined | void>): Promise<void> {
  writeSync(1, `${JSON.stringify(step)}\n`);
  const generation = await work();
  await store.flush();
  writeSync(1, `${JSON.stringify({ done: true, generation })}\n`);
}
