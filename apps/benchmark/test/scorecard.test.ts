import { readFileSync } from 'node:fs';
import { startRedis, serversAreRequired } from '@perf/services';
import { describe, expect, it } from 'vitest';
import { RunningBench, Scratch, runBench } from './run-bench.ts';

const timeout = 180_000;
const canStart = await startRedis().then(
  async (redis) => {
    await redis[Symbol.asyncDispose]();
    return true;
  },
  () => false,
);

function figuresIn(file: string): Record<string, number> {
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const found = typeof report === 'object' && report !== null && 'figures' in report ? report.figures : [];
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  return Object.fromEntries(
    list.flatMap((figure) =>
      typeof figure === 'object' && figure !== null && 'id' in figure && 'value' in figure
        ? [[String(figure.id), Number(figure.value)]]
        : [],
    ),
  );
}

describe('perf-bench scorecard', () => {
  it.each([
    [['scorecard'], 'ERR_PERF_INVALID_OPTION: say what the scorecard is of'],
    [['scorecard', 'disk'], 'ERR_PERF_INVALID_OPTION: say what the scorecard is of'],
    [['scorecard', 'cache', '--only', 'truth,luck'], 'ERR_PERF_INVALID_OPTION: --only must name'],
    [['scorecard', 'cache', '--histories', '0'], 'ERR_PERF_INVALID_OPTION: --histories must be'],
    [['scorecard', 'cache', '--seed', 'x'], 'ERR_PERF_INVALID_OPTION: --seed must be'],
    [['scorecard', 'cache', '--json', ''], 'ERR_PERF_INVALID_OPTION: --json must name a file'],
  ])(
    'ends with 2 for %j',
    async (args, message) => {
      const { code, stderr } = await runBench(args);

      expect({ code, begin: stderr.slice(0, message.length + 12) }).toEqual({
        code: 2,
        begin: `perf-bench: ${message}`,
      });
    },
    timeout,
  );
});

describe.skipIf(!canStart && !serversAreRequired())('perf-bench scorecard cache, with a Redis', () => {
  it(
    'runs scenarios and histories over processes and writes both figures',
    async () => {
      using scratch = new Scratch();
      const json = scratch.file('figures.json');

      const only = ['--only', 'truth,histories', '--quick', '--histories', '400'];
      const { code, stdout } = await runBench(['scorecard', 'cache', ...only, '--json', json]);

      expect(stdout).toContain('all bounds are kept');
      expect(code).toBe(0);
      const figures = figuresIn(json);
      expect(figures).toMatchObject({ 'cache.stale-reads': 0 });
      expect(figures['cache.histories']).toBeGreaterThanOrEqual(400);
      expect(Object.keys(figures)).toHaveLength(2);
    },
    timeout,
  );

  it(
    'lets crowds of four processes make one load, and finds copies without a protection',
    async () => {
      using scratch = new Scratch();
      const json = scratch.file('figures.json');

      const { code } = await runBench([
        'scorecard',
        'cache',
        '--only',
        'stampede,kit',
        '--quick',
        '--json',
        json,
      ]);

      expect(code).toBe(0);
      expect(figuresIn(json)).toMatchObject({
        'cache.stampede.loads': 1,
        'cache.kit.broken-copies': 2,
        'cache.kit.broken-copies-missed': 0,
      });
    },
    timeout,
  );

  it(
    'finds what a cache of the field is known to get wrong',
    async () => {
      const { stdout } = await runBench(['scorecard', 'cache', '--only', 'peers', '--quick']);

      expect(stdout).toMatch(/^R1 +stale$/m);
      expect(stdout).toMatch(/^C2 +hang$/m);
    },
    timeout,
  );

  it(
    'leaves no process behind after Ctrl-C',
    async () => {
      const bench = new RunningBench(['scorecard', 'cache', '--only', 'histories', '--histories', '50000']);
      await bench.says('histories [');

      bench.signal('SIGINT', 'group');
      const { code } = await bench.ended;

      expect({ code, isAlive: bench.isAlive }).toEqual({ code: 130, isAlive: false });
    },
    timeout,
  );
});
