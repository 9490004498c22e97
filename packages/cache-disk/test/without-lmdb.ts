// Opens a store where the package lmdb cannot be loaded, and says what serves.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'lmdb') throw new Error('no binary for this platform');
    return next(specifier, context);
  },
});
const { DiskStore } = await import('@perf/cache-disk');
await using store = await DiskStore.open(process.argv[2] ?? '');
await store.setMany([{ key: 'a', value: Buffer.from('one'), expiresAt: Infinity }]);
const [found] = await store.getMany(['a']);
process.stdout.write(`${store.driver} ${Buffer.from(found?.value ?? []).toString()}\n`);
