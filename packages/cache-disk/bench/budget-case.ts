// How far from `maxBytes` is what a store holds? `--case lmdb|sqlite [--quick]`, one JSON line. Random keys, sizes and lives are
// written at four times the budget; from the first time it is full, what can be read is added up at 20 moments.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '@perf/cache-disk';
import { seededRandom } from '@perf/testkit';
import { parseBenchArgs, runCase } from '@perf/testkit/measure';

const KEYS = 200_000;
const CHECKS = 20;

const { case: driver, quick } = parseBenchArgs();
const maxBytes = (quick ? 8 : 32) * 1024 * 1024;
const random = seededRandom(9);
const noise = randomBytes(20_000);

await runCase(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perf-disk-'));
  try {
    await using store = await DiskStore.open(folder, {
      maxBytes,
      driver: driver === 'sqlite' ? 'sqlite' : 'lmdb',
    });
    await write(store, maxBytes * 1.2);
    const errors: number[] = [];
    for (let check = 0; check < CHECKS; check++) {
      await write(store, (maxBytes * 2.8) / CHECKS);
      errors.push(Math.abs((await heldBytes(store)) - maxBytes) / maxBytes);
    }
    const { fileBytes, evictions, entries } = store.statistics;
    return { error: Math.max(...errors), file: fileBytes / maxBytes, evictions, entries };
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Sizes from 100 bytes to 20 KB, small ones more often; one entry in five lives for a few ms only. */
async function write(store: DiskStore, bytes: number): Promise<void> {
  for (let written = 0; written < bytes;) {
    const entries = Array.from({ length: 50 }, () => ({
      key: `query:${random.int(0, KEYS)}`,
      value: noise.subarray(0, Math.round(100 * 200 ** (random.next() ** 2))),
      expiresAt: random.next() < 0.2 ? Date.now() + random.int(1, 20) : Infinity,
    }));
    await store.setMany(entries);
    for (const { value } of entries) written += value.length;
  }
}

/** Bytes of keys and values that can be read. */
async function heldBytes(store: DiskStore): Promise<number> {
  let bytes = 0;
  for (let i = 0; i <= KEYS; i += 1_000) {
    const keys = Array.from({ length: 1_000 }, (_, j) => `query:${i + j}`);
    for (const entry of await store.getMany(keys))
      bytes += entry === undefined ? 0 : entry.key.length + entry.value.length;
  }
  return bytes;
}
