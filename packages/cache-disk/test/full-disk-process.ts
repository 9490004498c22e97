// Fills a store until the disk refuses, under a limit on the size of files; then says as JSON how it went on.
import { DiskStore } from '@perf/cache-disk';

const [folder = '', driver] = process.argv.slice(2);
const store = await DiskStore.open(folder, { driver: driver === 'sqlite' ? 'sqlite' : 'lmdb' });
const value = new Uint8Array(50_000).fill(7);
let written = 0;
const refusal = await fill().catch((error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error),
);
const again = await store
  .setMany([{ key: 'again', value: new Uint8Array(9_000_000), expiresAt: Infinity }])
  .then(
    () => 'stored',
    () => 'refused',
  );
const kept = await store.getMany(Array.from({ length: written }, (_, i) => `k${i}`));
const whole = kept.filter((entry) => entry?.value.every((byte) => byte === 7)).length;
const { errors } = store.statistics;
await store[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ refusal, written, again, whole, errors }));

async function fill(): Promise<void> {
  for (; written < 1_000; written++)
    await store.setMany([{ key: `k${written}`, value, expiresAt: Infinity }]);
}
