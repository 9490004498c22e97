import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyvAdapter, MemoryStore } from '@perf/cache-core';
import { DiskStore } from '@perf/cache-disk';
import { RedisStore } from '@perf/cache-redis';
import { describeWith } from '@perf/services/vitest';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { keyvApiTests, keyvNamespaceTest, keyvValueTests } from './keyv-suite.mjs';

/** What Keyv 6 itself does otherwise than its suite, which was written for version 5, expects. */
const KEYV_FAULTS: ReadonlySet<string> = new Set([
  '.deleteMany([keys]) with nonexistent keys resolves to false',
]);

/** Vitest as the suite of Keyv uses it: the faults of Keyv must fail, so that we hear of it when they are gone. */
const runner: typeof vitest = {
  ...vitest,
  it: Object.assign(
    (title: string, body: (context: vitest.TestContext) => unknown) =>
      (KEYV_FAULTS.has(title) ? vitest.it.fails : vitest.it)(
        title,
        async (context) => void (await body(context)),
      ),
    vitest.it,
  ),
};

/** The suite of Keyv but for iterators, which tiers do not have. */
function keyvSuite(store: () => KeyvAdapter): void {
  keyvApiTests(runner, Keyv, store);
  keyvNamespaceTest(runner, Keyv, store);
  keyvValueTests(runner, Keyv, store);
}

vitest.describe('MemoryStore as the store of a Keyv', () => {
  const tier = new MemoryStore();
  keyvSuite(() => new KeyvAdapter(tier));
});

vitest.describe('DiskStore as the store of a Keyv', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perf-keyv-'));
  let tier: DiskStore;
  vitest.beforeAll(async () => {
    tier = await DiskStore.open(folder);
  });
  vitest.afterAll(async () => {
    await tier[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  keyvSuite(() => new KeyvAdapter(tier));
});

describeWith('redis', 'RedisStore as the store of a Keyv', (url) => {
  const redis = new Redis(url, { lazyConnect: true });
  const tier = new RedisStore(redis, { prefix: 'keyv-test:', onWarning: () => undefined });
  vitest.beforeAll(() => redis.connect());
  vitest.afterAll(() => redis.disconnect());
  keyvSuite(() => new KeyvAdapter(tier));
});
