import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';

const timeout = 60_000;

describe('perf-bench soak', () => {
  it(
    'samples the heap 20 times and writes the figure',
    async () => {
      using scratch = new Scratch();
      const json = scratch.file('soak.json');

      const { stdout } = await runBench(['soak', 'cache', '--minutes', '0.05', '--json', json]);

      expect(stdout).toContain('soak.cache.bytes-per-op');
      const report: unknown = JSON.parse(readFileSync(json, 'utf8'));
      expect(report).toMatchObject({
        figures: [{ id: 'soak.cache.bytes-per-op', n: 20 }],
        report: { clockHours: 8 },
      });
    },
    timeout,
  );

  it.each([
    [['soak'], 'ERR_PERF_INVALID_OPTION: say what is soaked'],
    [['soak', 'cache', '--minutes', '0'], 'ERR_PERF_INVALID_OPTION: --minutes must be'],
    [['soak', 'cache', '--json', ''], 'ERR_PERF_INVALID_OPTION: --json must name a file'],
  ])(
    'ends with 2 for %j',
    async (args, message) => {
      const { code, stderr } = await runBench(args);

      expect(code).toBe(2);
      expect(stderr).toContain(message);
    },
    timeout,
  );
});
