import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '@perf/cache-disk';
import { describe, expect, it } from 'vitest';
import { killRounds } from '../bench/kill-rounds.ts';
import { entry, textsOf } from './entries.ts';
import { TempFolder } from './temp-folder.ts';

const PEER = fileURLToPath(new URL('peer-process.ts', import.meta.url));

/** Another process with a store on the same folder, which does what it is told. */
class Peer {
  readonly #child;
  readonly #lines;

  constructor(folder: string, driver: string, mode = 'write') {
    const flags = ['--conditions=@perf/source', '--disable-warning=ExperimentalWarning'];
    this.#child = spawn(process.execPath, [...flags, PEER, folder, driver, mode], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @returns what the other process answered, as JSON text */
  async ask(call: object): Promise<string> {
    this.#child.stdin.write(`${JSON.stringify(call)}\n`);
    const line = await this.#lines.next();
    return String(line.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}

describe.each(['lmdb', 'sqlite'] as const)('several processes on %s', (driver) => {
  it('read what another has set, deleted and bumped as soon as it said so, each time', async () => {
    using folder = new TempFolder();
    await using store = await DiskStore.open(folder.path, { driver });
    await using peer = new Peer(folder.path, driver);
    const wrong: string[] = [];

    for (let round = 0; round < 100; round++) {
      await store.setMany([entry('ours', `${round}`)]);
      const seen = await peer.ask({ get: 'ours' });
      if (seen !== `"${round}"`) wrong.push(`round ${round}: the other saw ${seen}`);
      // A read just before holds a snapshot of before, if anything does.
      await store.getMany(['theirs']);
      await peer.ask({ set: 'theirs', value: `${round}` });
      const [found] = textsOf(await store.getMany(['theirs']));
      if (found !== `${round}`) wrong.push(`round ${round}: we saw ${found ?? 'nothing'}`);
      const [before = 0] = await store.generations(['tag']);
      const bumped = Number(await peer.ask({ bump: 'tag' }));
      const [after = 0] = await store.generations(['tag']);
      if (!(bumped > before) || after !== bumped) wrong.push(`round ${round}: ${before} ${bumped} ${after}`);
    }
    await peer.ask({ delete: 'ours' });

    expect(wrong).toEqual([]);
    expect(await store.getMany(['ours'])).toEqual([undefined]);
  });

  it('write at once without losing a write, while the file grows and others open it', async () => {
    using folder = new TempFolder();
    await using store = await DiskStore.open(folder.path, { driver });
    await using first = new Peer(folder.path, driver);
    await using second = new Peer(folder.path, driver);

    const fills = Promise.all([first.ask({ fill: 'a', count: 150 }), second.ask({ fill: 'b', count: 150 })]);
    for (let i = 0; i < 150; i++) {
      await store.setMany([entry(`c${i}`, new Uint8Array(20_000))]);
      if (i % 30 === 0) await new Peer(folder.path, driver)[Symbol.asyncDispose]();
    }
    await fills;

    const keys = ['a', 'b', 'c'].flatMap((letter) => Array.from({ length: 150 }, (_, i) => `${letter}${i}`));
    const missing = (await store.getMany(keys)).filter((found) => found?.value.length !== 20_000);
    expect(missing).toEqual([]);
    expect(store.statistics.entries).toBe(450);
  });

  it('share one budget', async () => {
    using folder = new TempFolder();
    await using store = await DiskStore.open(folder.path, { driver, maxBytes: 1_000_000 });
    await using peer = new Peer(folder.path, driver);

    await store.setMany(Array.from({ length: 40 }, (_, i) => entry(`c${i}`, new Uint8Array(20_000))));
    await peer.ask({ fill: 'a', count: 40 });
    await store.setMany([entry('last', 'x')]);

    expect(store.statistics.memoryUsedBytes).toBeLessThanOrEqual(1_000_000);
    expect(store.statistics.memoryUsedBytes).toBeGreaterThan(960_000);
  });

  it('may read only, and then refuse every write', async () => {
    using folder = new TempFolder();
    await expect(DiskStore.open(folder.path, { driver, readOnly: true })).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
    await using writer = await DiskStore.open(folder.path, { driver });
    await writer.setMany([entry('a', 'one')]);
    const [generation] = await writer.bump(['tag']);
    await using peer = new Peer(folder.path, driver, 'read');

    expect(await peer.ask({ get: 'a' })).toBe('"one"');
    await writer.setMany([entry('a', 'two')]);
    expect(await peer.ask({ get: 'a' })).toBe('"two"');
    expect(await peer.ask({ generation: 'tag' })).toBe(String(generation));
    for (const call of [
      { set: 'b', value: '' },
      { delete: 'a' },
      { bump: 'tag' },
      { clear: '' },
      { compact: true },
    ])
      expect(await peer.ask(call)).toBe('"ERR_PERF_UNSUPPORTED"');
  });

  it(
    'lose nothing that was flushed and read nothing damaged when they are killed',
    { timeout: 120_000 },
    async () => {
      using folder = new TempFolder();

      const report = await killRounds(folder.path, driver, 4);

      expect(report).toMatchObject({ kills: 8, corrupt: 0, lost: 0 });
      expect(report.steps).toBeGreaterThan(8);
    },
  );
});

it('refuses to compact a file of lmdb that another store has open, in this process or another', async () => {
  using folder = new TempFolder();
  await using store = await DiskStore.open(folder.path);
  const second = await DiskStore.open(folder.path);

  await expect(store.compact()).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  await second[Symbol.asyncDispose]();
  const peer = new Peer(folder.path, 'lmdb');
  await peer.ask({ get: 'a' });
  await expect(store.compact()).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  await peer[Symbol.asyncDispose]();

  await expect(store.compact()).resolves.toBeUndefined();
});
