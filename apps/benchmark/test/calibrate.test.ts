import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';

describe('perf-bench calibrate', () => {
  it('measures an engine and writes what the cost model takes', { timeout: 60_000 }, async () => {
    using scratch = new Scratch();
    const { code, stdout } = await runBench([
      'calibrate',
      '--engines',
      'sqlite,duckdb',
      '--json',
      scratch.file('c.json'),
    ]);
    const found: unknown = JSON.parse(readFileSync(scratch.file('c.json'), 'utf8'));

    expect(code).toBe(0);
    expect(stdout).toContain('look ns');
    // DuckDB runs queries within others all at once, so that nothing can be learnt of their beginning.
    expect(found).toMatchObject({
      sqlite: { dialect: 'sqlite', costs: { scan: 1 } },
      duckdb: { costs: { look: 1, start: 10 } },
    });
    for (const name of ['scanNs', 'lookNs', 'startNs'])
      expect(found).toHaveProperty(
        ['sqlite', name],
        expect.toSatisfy((ns: number) => ns > 0 && ns < 1e7),
      );
  });

  it('refuses engines that are none', async () => {
    expect((await runBench(['calibrate', '--engines', 'oracle'])).code).toBe(2);
  });
});
