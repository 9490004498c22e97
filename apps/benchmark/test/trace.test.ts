import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import type { TraceCell } from '../src/trace/cells.ts';
import { traceFigures, traceTable, worstRegret } from '../src/trace/cells.ts';
import { traceCommand } from '../src/trace/command.ts';
import { Lirs } from '../src/trace/lirs.ts';
import { readTrace, traceFiles } from '../src/trace/read-trace.ts';
import type { TracePolicy } from '../src/trace/replay.ts';
import { TRACE_POLICIES, replay } from '../src/trace/replay.ts';
import { parseSizes } from '../src/trace/sizes.ts';
import { syntheticTrace } from '../src/trace/synthetic.ts';
import { Scratch } from './run-bench.ts';

const { signal } = new AbortController();

describe('readTrace', () => {
  it('reads one key per line, plain or packed, and skips empty lines', async () => {
    using scratch = new Scratch();
    const text = 'a\nb\r\n\na\nü';
    const files = { 'plain.txt': text, 'packed.txt.gz': gzipSync(text), odd: gzipSync(`${text}\n`) };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(scratch.file(name), bytes);

    for (const name of Object.keys(files)) {
      const { requests, keys } = await readTrace(scratch.file(name), signal);
      expect([[...requests], keys]).toEqual([
        [0, 1, 0, 2],
        ['a', 'b', 'ü'],
      ]);
    }
  });

  it('takes the traces of a folder by name, and nothing else', async () => {
    using scratch = new Scratch();
    const folder = scratch.file('traces');
    mkdirSync(folder);
    for (const name of ['b.txt', 'a.trace.gz', 'README.md', 'notes.json'])
      writeFileSync(join(folder, name), 'k');

    expect(await traceFiles([folder])).toEqual([join(folder, 'a.trace.gz'), join(folder, 'b.txt')]);
  });

  it('names what is missing, broken or empty', async () => {
    using scratch = new Scratch();
    const broken = scratch.file('broken.gz');
    writeFileSync(broken, gzipSync('key\n'.repeat(100)).subarray(0, 20));
    const empty = scratch.file('empty.txt');
    writeFileSync(empty, '\n\n');

    await expect(traceFiles([scratch.file('none')])).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
    await expect(readTrace(broken, signal)).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
    await expect(readTrace(empty, signal)).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_FAILED' });
    await expect(readTrace(empty, AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });
});

describe('parseSizes', () => {
  it('reads entries and shares, at least 16 entries for a share', () => {
    const sizes = parseSizes('500, 1%,25%');

    expect(sizes.map(({ entriesFor }) => entriesFor(1011))).toEqual([500, 16, 253]);
  });

  it.each(['', '0', '-1', '1.5', '101%', '5%x', '1,,2', '99999999'])('refuses %j', (text) => {
    expect(() => parseSizes(text)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });
});

describe('Lirs', () => {
  it('keeps all but one place of a loop that does not fit', () => {
    const lirs = new Lirs(100, 150);
    const hits = Array.from({ length: 15_000 }, (_, i) => lirs.use(i % 150)).filter(Boolean).length;

    expect(hits / 15_000).toBeGreaterThan(0.62);
    expect(hits / 15_000).toBeLessThan(99 / 150);
  });

  it('never says a key is there that was not used, nor holds more than its entries', () => {
    const random = seededRandom(4);
    const lirs = new Lirs(20, 200);
    const seen = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const id = random.int(0, 199);
      const wasSeen = seen.has(id);
      seen.add(id);
      expect(lirs.use(id) && !wasSeen).toBe(false);
    }
    // Of keys that come at random a tenth can be there.
    let hits = 0;
    for (let i = 0; i < 20_000; i++) if (lirs.use(random.int(0, 199))) hits++;
    expect(hits / 20_000).toBeCloseTo(0.1, 1);
  });
});

describe('replay', () => {
  it.each(['zipf', 'scan', 'loop', 'shift'])(
    'finds adaptive within 3 points of the best policy on synthetic:%s',
    async (kind) => {
      const trace = syntheticTrace(`synthetic:${kind}`);
      const hits: Partial<Record<TracePolicy, number>> = {};
      for (const policy of TRACE_POLICIES)
        hits[policy] = await replay(trace, { policy, entries: 1000, seed: 1, signal });

      expect(Math.max(...Object.values(hits)) - (hits.adaptive ?? 0)).toBeLessThan(3);
    },
  );

  it('stops when it is told to', async () => {
    const trace = syntheticTrace('synthetic:loop');

    const stopped = replay(trace, { policy: 'adaptive', entries: 10, seed: 1, signal: AbortSignal.abort() });

    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });
});

describe('traceFigures', () => {
  const cellOf = (hits: TraceCell['hits']): TraceCell => ({
    trace: 't',
    requests: 10,
    keys: 5,
    size: '5%',
    entries: 16,
    hits,
  });
  const cells = [
    cellOf({ lru: 10, sieve: 20, 's3-fifo': 30, 'w-tinylfu': 5, lirs: 40, adaptive: 38 }),
    cellOf({ lru: 10, sieve: 0, 's3-fifo': 7, 'w-tinylfu': 5, lirs: 0, adaptive: 11 }),
  ];

  it('gives means and the worst distance of adaptive from the best of the others', () => {
    const figures = traceFigures(cells, TRACE_POLICIES);

    expect(figures.find(({ id }) => id === 'trace.adaptive.mean')).toMatchObject({ value: 24.5, n: 2 });
    expect(figures.find(({ id }) => id === 'trace.adaptive.worst-regret')?.value).toBe(2);
    expect(worstRegret(cells, 's3-fifo', ['lru', 'lirs'])).toBe(10);
  });

  it('claims no regret when a rival did not run', () => {
    expect(traceFigures(cells, ['adaptive', 'lru']).map(({ id }) => id)).toEqual([
      'trace.adaptive.mean',
      'trace.lru.mean',
    ]);
  });

  it('prints a line per cell and a summary per policy', () => {
    expect(traceTable(cells, ['adaptive', 'lru'])).toMatch(/38\.00[\s\S]*adaptive +24\.50 +-1\.00/);
  });
});

describe('perf-bench trace', () => {
  const run = async (...args: string[]): Promise<string> => {
    let written = '';
    const code = await traceCommand(args, {
      signal,
      write: (text) => (written += text),
      switches: { cache: true, optimizer: true, parallel: true },
    });
    expect(code).toBe(0);
    return written;
  };

  it('replays files and synthetic traces, prints a table and writes figures', async () => {
    using scratch = new Scratch();
    const file = scratch.file('mine.txt');
    const json = scratch.file('out.json');
    writeFileSync(file, Array.from({ length: 3000 }, (_, i) => `k${i % 40}`).join('\n'));

    const text = await run(file, 'synthetic:loop', '--sizes', '20', '--policy', 'all', '--json', json);

    expect(text).toContain('mine');
    const { figures } = JSON.parse(readFileSync(json, 'utf8')) as { figures: { id: string }[] };
    expect(figures.map(({ id }) => id)).toContain('trace.adaptive.worst-regret');
    expect(figures).toHaveLength(7);
  });

  it('says the same each time for the same seed', async () => {
    const args = ['synthetic:zipf', '--sizes', '300', '--seed', '5'];

    expect(await run(...args)).toBe(await run(...args));
  });

  it('explains itself', async () => {
    expect(await run('--help')).toContain('--sizes');
  });

  it.each([
    [[]],
    [['synthetic:other']],
    [['synthetic:zipf', '--policy', 'best']],
    [['synthetic:zipf', '--sizes', 'some']],
    [['synthetic:zipf', '--seed', 'x']],
    [['synthetic:zipf', '--json', '']],
  ])('refuses %j', async (args) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});
