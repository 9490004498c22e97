import { profile } from '@perf/profiler';
import { describe, expect, it } from 'vitest';

describe('profile', () => {
  it('gives the result, the elapsed time and the change of memory', async () => {
    let time = 5;
    let memory = 10 * 1024 * 1024;

    const run = await profile(
      async () => {
        time += 40;
        memory -= 3 * 1024 * 1024;
        return 'answer';
      },
      { now: () => time, memoryBytes: () => memory },
    );

    expect(run).toEqual({ result: 'answer', elapsedMs: 40, memoryDeltaMb: -3 });
  });

  it('measures the real process when no clock is given', async () => {
    const run = await profile(() => Buffer.alloc(64 * 1024 * 1024, 1));

    expect(run.result.length).toBe(64 * 1024 * 1024);
    expect(run.elapsedMs).toBeGreaterThan(0);
    expect(run.memoryDeltaMb).toBeGreaterThan(32);
  });

  it('lets an error of the work pass', async () => {
    await expect(
      profile(() => {
        throw new RangeError('broken');
      }),
    ).rejects.toThrow('broken');
  });
});
