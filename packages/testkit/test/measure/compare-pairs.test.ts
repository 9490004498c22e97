import { compareInProcess, comparePairs, judgePairs, runChild } from '@perf/testkit/measure';
import type { Case, CaseReport } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';

const execArgv = ['--conditions=@perf/source'];

function sumCase(...args: string[]): Case {
  return { module: new URL('../cases/sum-case.ts', import.meta.url), args, execArgv };
}

/** The processor's time of a case, which other work on the machine does not lengthen. */
function cpuMs(report: CaseReport): number {
  return Number(report['cpuMs']);
}

/** A case that adds `times` numbers a call. */
const add = (times: number) => (iterations: number) => {
  let sum = 0;
  for (let i = 0; i < iterations * times; i++) sum = (sum + i * 7) % 1_000_003;
  return sum;
};

describe('comparePairs', () => {
  it(
    'finds a planted slowdown of twice the work, in processes of their own',
    { timeout: 120_000 },
    async () => {
      const compared = await comparePairs({
        ours: sumCase('40'),
        peer: sumCase('20'),
        direction: 'max',
        pairs: 7,
        figure: cpuMs,
      });

      expect(compared.value).toBeGreaterThan(1.3);
      expect(compared.n).toBe(7);
      expect(compared.spread[0]).toBeLessThanOrEqual(compared.value);
      expect(compared.spread[1]).toBeGreaterThanOrEqual(compared.value);
      expect(compared.ours).toHaveLength(7);
      const judged = judgePairs(compared.peer.map(cpuMs), compared.ours.map(cpuMs));
      expect(judged.verdict).toBe('slower');
    },
  );

  it('writes `min` ratios as peer by ours', { timeout: 60_000 }, async () => {
    const compared = await comparePairs({
      ours: sumCase('1'),
      peer: sumCase('4'),
      direction: 'min',
      discard: 0,
      figure: (report) => report.rows ?? 0,
    });

    expect(compared.ratios).toEqual([4, 4, 4, 4, 4]);
    expect(compared.value).toBe(4);
  });

  it('calls the run invalid when a child fails', async () => {
    await expect(
      comparePairs({ ours: sumCase('1'), peer: sumCase('1', 'fail'), direction: 'max' }),
    ).rejects.toThrow('planted failure');
  });

  it('calls the run invalid when a child reports nothing', async () => {
    await expect(runChild(sumCase('1', 'mute'))).rejects.toThrow('no report here');
  });

  it('ends a child that takes too long', async () => {
    await expect(runChild(sumCase('100000'), 300)).rejects.toMatchObject({ code: 'ERR_PERF_RUN_INVALID' });
  });

  it('refuses fewer than 5 pairs', async () => {
    await expect(
      comparePairs({ ours: sumCase(), peer: sumCase(), direction: 'max', pairs: 4 }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('passes arguments and environment on, and brings back the peak memory', async () => {
    const report = await runChild({ ...sumCase('2'), env: { CASE_LABEL: 'from here' } });

    expect(report).toMatchObject({ rows: 2, label: 'from here' });
    expect(report.peakRssMb).toBeGreaterThan(10);
  });
});

describe('compareInProcess', () => {
  it('tells four times the work from once', { timeout: 60_000 }, async () => {
    const compared = await compareInProcess({ ours: add(40), peer: add(10), direction: 'max', roundMs: 10 });

    expect(compared.n).toBe(9);
    expect(compared.value).toBeGreaterThan(2);
    expect(compared.oursNs).toBeGreaterThan(compared.peerNs);
  });

  it('awaits a case that gives back a promise', async () => {
    const compared = await compareInProcess({
      ours: async (iterations) => {
        for (let i = 0; i < iterations; i++) await Promise.resolve();
        return iterations;
      },
      peer: add(1),
      direction: 'min',
      rounds: 7,
      roundMs: 5,
    });

    expect(compared.value).toBeLessThan(1);
    expect(compared.kept[0]).toEqual(expect.any(Number));
  });

  it('refuses fewer than 7 rounds', async () => {
    await expect(
      compareInProcess({ ours: add(1), peer: add(1), direction: 'max', rounds: 6 }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});
