import { setTimeout as pause } from 'node:timers/promises';
import { batchLength } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf, sql } from './open.ts';

/** Works for hours before its only row. */
const SILENT = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b';
const ENDLESS = "SELECT i, repeat('x', 100) AS filler FROM range(100000000000) r(i)";

let engine: DuckDbEngine;
beforeEach(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 2 });
});
afterEach(() => engine[Symbol.asyncDispose]());

async function drain(text: string, signal?: AbortSignal): Promise<number> {
  let rows = 0;
  for await (const batch of await engine.execute(sql(text), { signal, shape: 'columns' }))
    rows += batchLength(batch);
  return rows;
}

describe('a stream', () => {
  it('of three million rows stays small for a reader that pauses', async () => {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    let [rows, peak, batches] = [0, 0, 0];

    for await (const batch of await engine.execute(
      sql('SELECT i, i::VARCHAR AS s FROM generate_series(1, 3000000) r(i)'),
      { shape: 'columns' },
    )) {
      rows += batchLength(batch);
      if (++batches % 300 === 0) await pause(5);
      peak = Math.max(peak, process.memoryUsage.rss() - before);
    }

    expect(rows).toBe(3_000_000);
    expect(peak / 2 ** 20).toBeLessThan(300);
  });

  it('is read once', async () => {
    const stream = await engine.execute(sql('SELECT 1'));
    for await (const _ of stream);

    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
  });

  it('that fails half way rejects, and never ends as if it were whole', async () => {
    const text = "SELECT CASE WHEN i < 500000 THEN i ELSE ('x' || i)::INT END FROM range(1000000) r(i)";

    await expect(drain(text)).rejects.toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1]]);
  });

  it('shares the engine with many others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => rowsOf(engine, 'SELECT sum(range) + $1 FROM range(10000)', [i])),
    );

    expect(answers).toEqual(Array.from({ length: 40 }, (_, i) => [[String(49_995_000 + i)]]));
  });

  it('may be one of many open at once, left half read', async () => {
    const streams = await Promise.all(Array.from({ length: 12 }, () => engine.execute(sql(ENDLESS))));
    for (const stream of streams) {
      for await (const batch of stream) {
        expect(batchLength(batch)).toBeGreaterThan(0);
        break;
      }
    }

    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1]]);
  });
});

describe('an abort', () => {
  it.each([0, 1, 5, 50])('%d ms after the start stops a statement that gives no row', async (ms) => {
    const controller = new AbortController();
    const running = drain(SILENT, controller.signal);
    const started = performance.now();
    if (ms === 0) controller.abort(new Error('at once'));
    else setTimeout(() => controller.abort(new Error('soon')), ms);

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1]]);
  });

  it('in the tick after the statement began is not lost', async () => {
    for (let time = 0; time < 10; time++) {
      const controller = new AbortController();
      const running = engine.execute(sql(SILENT), { signal: controller.signal });
      for (let tick = 0; tick < time; tick++) await Promise.resolve();
      controller.abort();

      await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    }
  });

  it('leaves other statements running', async () => {
    const controller = new AbortController();
    const other = drain('SELECT i FROM range(2000000) r(i)');
    const stopped = drain(SILENT, controller.signal);
    await pause(20);

    controller.abort();

    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(await other).toBe(2_000_000);
  });

  it('before the start runs nothing', async () => {
    await expect(
      engine.execute(sql('CREATE TABLE made (a INT)'), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect((await engine.catalog()).tables.size).toBe(0);
  });
});

describe('a statement that changes', () => {
  it('has run when execute resolves, read or not', async () => {
    const made = await engine.execute(sql('CREATE TABLE t (a INT)'));
    const filled = await engine.execute(sql('INSERT INTO t SELECT range FROM range(5)'));

    expect(await rowsOf(engine, 'SELECT count(*) FROM t')).toEqual([[5n]]);
    await made[Symbol.asyncDispose]();
    await filled[Symbol.asyncDispose]();
    expect(await rowsOf(engine, 'SELECT count(*) FROM t')).toEqual([[5n]]);
  });

  it.each(['BEGIN', 'COMMIT', 'ROLLBACK', '/* x */ begin transaction'])(
    'is refused when it is %s: connections are shared',
    async (text) => {
      await expect(engine.execute(sql(text))).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
    },
  );
});

describe('dispose', () => {
  it('ends a running stream and a statement without rows, and waits for both', async () => {
    const stream = await engine.execute(sql(ENDLESS));
    const reading = (async () => {
      for await (const batch of stream) if (batchLength(batch) === 0) break;
    })();
    const silent = drain(SILENT);
    const ended = Promise.allSettled([reading, silent]);
    await pause(50);

    await engine[Symbol.asyncDispose]();

    for (const result of await ended)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PERF_DISPOSED' } });
  });

  it('lets a stream be disposed afterwards', async () => {
    const stream = await engine.execute(sql(ENDLESS));

    await engine[Symbol.asyncDispose]();
    await stream[Symbol.asyncDispose]();

    await expect(engine.execute(sql('SELECT 1'))).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });
});

describe('execute', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses batches of %d rows', async (batchRows) => {
    await expect(engine.execute(sql('SELECT 1'), { batchRows })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('refuses a statement in another dialect', async () => {
    await expect(
      engine.execute({ dialect: 'sqlite', text: 'SELECT 1', parameters: [] }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('keeps literals out of its message: the cause has the whole text', async () => {
    const error: unknown = await engine
      .execute(sql("SELECT nothing, 'secret'"))
      .catch((refused: unknown) => refused);

    expect(error).toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    expect(String(error)).not.toContain('secret');
  });
});
