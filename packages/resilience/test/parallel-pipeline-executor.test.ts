import type { Stage } from '@perf/resilience';
import { ParallelPipelineExecutor } from '@perf/resilience';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';

/** What came out, in order: results and, last, the error. */
async function outcome(run: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const result of run) seen.push(result);
  } catch (error) {
    seen.push(String(error));
  }
  return seen;
}

async function* sequential(
  inputs: AsyncIterable<number>,
  stages: readonly Stage<number, number>[],
): AsyncGenerator<number> {
  let index = 0;
  for await (const input of inputs) {
    let value = input;
    const context = { signal: new AbortController().signal, index: index++ };
    for (const stage of stages) value = await stage.run(value, context);
    yield value;
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (i % 3 === 0 ? settle() : Promise.resolve());
}

describe('ParallelPipelineExecutor', () => {
  it('gives what a sequential run gives, errors included, within its concurrency', async () => {
    const item = fc.record({
      waits: fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
      failsIn: fc.option(fc.nat(2), { freq: 8 }),
    });
    const run = fc.asyncProperty(
      fc.array(item, { maxLength: 15 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
      fc.option(fc.nat(15), { freq: 4 }),
      async (items, concurrency, sourceFailsAt) => {
        async function* inputs(): AsyncGenerator<number> {
          for (let i = 0; i <= items.length; i++) {
            if (i === sourceFailsAt) throw new Error('planted: the source');
            if (i < items.length) yield i;
          }
        }
        const running = [0, 0, 0];
        const [first, second, third] = [0, 1, 2].map((at): Stage<number, number> => ({
          concurrency: concurrency[at] ?? 1,
          run: async (value, { index }) => {
            running[at] = (running[at] ?? 0) + 1;
            expect(running[at]).toBeLessThanOrEqual(concurrency[at] ?? 1);
            try {
              await turns(items[index]?.waits[at] ?? 0);
              if (items[index]?.failsIn === at) throw new Error(`planted: item ${index} in stage ${at}`);
              return value * 3 + at;
            } finally {
              running[at] -= 1;
            }
          },
        }));
        if (first === undefined || second === undefined || third === undefined) return;
        const expected = await outcome(sequential(inputs(), [first, second, third]));

        const actual = await outcome(
          ParallelPipelineExecutor.of(first).pipe(second).pipe(third).run(inputs()),
        );

        expect(actual).toEqual(expected);
        expect(running).toEqual([0, 0, 0]);
      },
    );

    await fc.assert(run, { numRuns: 200 });
  });

  it('plans the next item while one is executed and another analysed', async () => {
    const at = new Set<string>();
    let together = 0;
    const stage = (name: string): Stage<number, number> => ({
      concurrency: 1,
      run: async (value) => {
        at.add(name);
        together = Math.max(together, at.size);
        await settle();
        at.delete(name);
        return value;
      },
    });

    await outcome(
      ParallelPipelineExecutor.of(stage('plan'))
        .pipe(stage('execute'))
        .pipe(stage('analyse'))
        .run([1, 2, 3, 4]),
    );

    expect(together).toBe(3);
  });

  it('when an item fails, aborts those after it and lets those before it end', async () => {
    const gate = Promise.withResolvers<void>();
    const aborted: number[] = [];
    const begun: number[] = [];
    const executor = ParallelPipelineExecutor.of<number, number>({
      run: async (value, { signal, index }) => {
        begun.push(index);
        signal.addEventListener('abort', () => aborted.push(index));
        if (index === 1) throw new Error('planted');
        if (index === 0) await gate.promise;
        else await new Promise((_, reject) => signal.addEventListener('abort', reject));
        return value;
      },
    });
    const run = outcome(executor.run([10, 20, 30, 40, 50]));
    await settle();

    expect(aborted).toEqual([2]);
    gate.resolve();

    await expect(run).resolves.toEqual([10, 'Error: planted']);
    expect(begun).toEqual([0, 1, 2]);
  });

  it('hands out a result as soon as it is there, also when the source is slow', async () => {
    const more = Promise.withResolvers<void>();
    async function* inputs(): AsyncGenerator<number> {
      yield 1;
      await more.promise;
    }
    const run = ParallelPipelineExecutor.of<number, number>({ run: (value) => value }).run(inputs());

    await expect(run.next()).resolves.toEqual({ done: false, value: 1 });
    more.resolve();
    await expect(run.next()).resolves.toMatchObject({ done: true });
  });

  it('reads no further ahead than it works', async () => {
    let read = 0;
    function* inputs(): Generator<number> {
      for (;;) yield read++;
    }
    const run = ParallelPipelineExecutor.of<number, number>({ run: (value) => value, concurrency: 2 })
      .pipe({ run: (value) => value, concurrency: 1 })
      .run(inputs());

    await run.next();
    await settle();

    expect(read).toBeLessThanOrEqual(4);
    await run.return();
  });

  it('aborts what runs and closes the source when the caller leaves', async () => {
    const signals: AbortSignal[] = [];
    let isClosed = false;
    function* inputs(): Generator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    const executor = ParallelPipelineExecutor.of<number, number>({
      run: async (value, { signal }) => {
        signals.push(signal);
        if (value > 0) await new Promise((_, reject) => signal.addEventListener('abort', reject));
        return value;
      },
    });

    for await (const result of executor.run(inputs())) {
      expect(result).toBe(0);
      break;
    }

    expect(isClosed).toBe(true);
    expect(signals.length).toBeGreaterThan(1);
    expect(signals.slice(1).every(({ aborted }) => aborted)).toBe(true);
  });

  it.each(['the source', 'a stage'])('ends with ERR_PERF_ABORTED when %s hangs', async (hanging) => {
    const controller = new AbortController();
    async function* inputs(): AsyncGenerator<number> {
      yield 1;
      if (hanging === 'the source') await new Promise(() => undefined);
    }
    const executor = ParallelPipelineExecutor.of<number, number>({
      run: async (value, { signal }) => {
        if (hanging === 'a stage') await new Promise((_, reject) => signal.addEventListener('abort', reject));
        return value;
      },
    });
    const run = executor.run(inputs(), { signal: controller.signal });
    const all = outcome(run);
    await settle();

    controller.abort();

    expect((await all).at(-1)).toBe('PerfError: the pipeline was aborted');
  });

  it.each([0, -1, Number.NaN])('refuses a concurrency of %s', (concurrency) => {
    expect(() => ParallelPipelineExecutor.of({ run: String, concurrency })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
