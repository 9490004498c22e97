import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { batchLength } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { describe, expect, it } from 'vitest';
import { rowsOf, sql, temporaryFolder } from './open.ts';

/** Some seconds of work before the only row. */
const LONG =
  'WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 5000000) SELECT max(i) FROM r';
const ENDLESS = 'WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT i FROM r';
const aborted = { code: 'ERR_PERF_ABORTED' };
const run = promisify(execFile);

describe('an abort', () => {
  it('frees the caller and the place of a long statement on a file at once', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 1 });
    const controller = new AbortController();
    const long = engine.execute(sql(LONG), { signal: controller.signal });
    await pause(100);
    const started = performance.now();

    controller.abort();

    await expect(long).rejects.toMatchObject(aborted);
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1n]]);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it('leaves statements on other workers alone', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 2 });
    const controller = new AbortController();
    const stopped = engine.execute(sql(ENDLESS), { signal: controller.signal });
    const other = rowsOf(engine, LONG.replace('5000000', '1000000'));
    await stopped;

    controller.abort();

    await expect(stopped.then(async (stream) => Array.fromAsync(stream))).rejects.toMatchObject(aborted);
    expect(await other).toEqual([[1_000_000n]]);
  });

  it('ends the wait for a worker too, and the place goes to the next', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 1 });
    const held = await engine.execute(sql(ENDLESS));
    const waiting = engine.execute(sql('SELECT 1'), { signal: AbortSignal.timeout(20) });
    const next = rowsOf(engine, 'SELECT 2');

    await expect(waiting).rejects.toMatchObject(aborted);
    await held[Symbol.asyncDispose]();

    expect(await next).toEqual([[2n]]);
    expect(await rowsOf(engine, 'SELECT 3')).toEqual([[3n]]);
  });

  it('stops a stream of :memory: at its next batch, and the others go on', async () => {
    await using engine = await SqliteEngine.open(':memory:');
    const controller = new AbortController();
    const other = await engine.execute(sql(ENDLESS));
    const reading = (async () => {
      for await (const batch of await engine.execute(sql(ENDLESS), { signal: controller.signal }))
        if (batchLength(batch) > 0) controller.abort();
    })();

    await expect(reading).rejects.toMatchObject(aborted);
    for await (const batch of other) {
      expect(batchLength(batch)).toBe(4096);
      break;
    }
  });

  it('after the last batch has come still says so', async () => {
    await using engine = await SqliteEngine.open(':memory:');
    const controller = new AbortController();
    const reading = (async () => {
      for await (const batch of await engine.execute(sql('SELECT 1'), { signal: controller.signal }))
        if (batchLength(batch) > 0) controller.abort();
    })();

    await expect(reading).rejects.toMatchObject(aborted);
  });
});

describe('workers', () => {
  it('serve more statements than there are workers, in turn', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 2 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => rowsOf(engine, 'SELECT ?1 + 0', [BigInt(i)])),
    );

    expect(answers).toEqual(Array.from({ length: 30 }, (_, i) => [[BigInt(i)]]));
  });

  it('see what the others wrote, and wait for each other to write', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 3 });
    await rowsOf(engine, 'CREATE TABLE t (a INTEGER)');
    await Promise.all(Array.from({ length: 30 }, (_, i) => rowsOf(engine, 'INSERT INTO t VALUES (?1)', [i])));

    expect(await rowsOf(engine, 'SELECT count(*) FROM t')).toEqual([[30n]]);
  });

  it('hold no lock after a statement that failed half way', async () => {
    await using folder = await temporaryFolder();
    await using engine = await SqliteEngine.open(folder.file('a.db'), { workers: 2 });
    await rowsOf(engine, 'CREATE TABLE t (a INT)');
    await rowsOf(engine, "INSERT INTO t VALUES (1), ('x'), (3)");

    await expect(rowsOf(engine, 'SELECT a FROM t')).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    await rowsOf(engine, 'DROP TABLE t');

    expect((await engine.catalog()).tables.size).toBe(0);
  });

  it.each(['BEGIN', ' commit', '-- x\nROLLBACK', '/* a *//* b */ SAVEPOINT s'])(
    'refuse %j: a transaction cannot span them',
    async (text) => {
      await using engine = await SqliteEngine.open(':memory:');

      await expect(engine.execute(sql(text))).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
    },
  );
});

describe('dispose', () => {
  it('ends streams and those who wait, and lets streams be disposed afterwards', async () => {
    await using folder = await temporaryFolder();
    const engine = await SqliteEngine.open(folder.file('a.db'), { workers: 1 });
    const stream = await engine.execute(sql(ENDLESS));
    const waiting = engine.execute(sql('SELECT 1'));
    const ended = Promise.allSettled([waiting]);

    await engine[Symbol.asyncDispose]();

    expect(await ended).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_PERF_DISPOSED' } }]);
    await stream[Symbol.asyncDispose]();
    await expect(engine.execute(sql('SELECT 1'))).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });

  it('lets a loop that is left afterwards end without an error', async () => {
    const engine = await SqliteEngine.open(':memory:');
    for await (const batch of await engine.execute(sql(ENDLESS))) {
      await engine[Symbol.asyncDispose]();
      if (batchLength(batch) > 0) break;
    }

    await expect(engine.catalog()).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });
});

describe('a process with an idle engine', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const script = `import { SqliteEngine } from '@perf/engine-sqlite';
    const engine = await SqliteEngine.open(':memory:');
    for await (const batch of await engine.execute({ dialect: 'sqlite', text: 'SELECT 1', parameters: [] })) console.log(batch.kind);`;

  it.each([
    ['sources', ['--conditions=@perf/source']],
    ['built files', []],
  ])('ends by itself, from %s', async (kind, flags) => {
    // Built files are there after a build only.
    if (kind === 'built files' && !existsSync(new URL('../dist/sqlite-worker.js', import.meta.url))) return;
    const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '-e', script], {
      cwd: root,
      timeout: 20_000,
    });

    expect(stdout).toBe('rows\n');
  });
});

describe('open', () => {
  it.each<[string, (file: (name: string) => string) => Promise<string>]>([
    ['a file in a folder that is not there', async (file) => file('none/a.db')],
    ['a folder', async (file) => mkdir(file('b')).then(() => file('b'))],
    [
      'a file that is no database',
      async (file) => writeFile(file('c'), 'x'.repeat(10_000)).then(() => file('c')),
    ],
  ])('refuses %s', async (_, make) => {
    await using folder = await temporaryFolder();

    await expect(SqliteEngine.open(await make(folder.file))).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
  });

  it('reads a file without writing', async () => {
    await using folder = await temporaryFolder();
    {
      await using engine = await SqliteEngine.open(folder.file('a.db'));
      await rowsOf(engine, 'CREATE TABLE t (a INT)');
    }
    await using engine = await SqliteEngine.open(folder.file('a.db'), { readOnly: true });

    await expect(engine.execute(sql('DROP TABLE t'))).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
    expect((await engine.catalog()).tables.has('t')).toBe(true);
    await expect(SqliteEngine.open(folder.file('none.db'), { readOnly: true })).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d workers', async (workers) => {
    await expect(SqliteEngine.open(':memory:', { workers })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
