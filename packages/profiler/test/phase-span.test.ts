import type { QueryPhase } from '@perf/contracts';
import { PHASES, createProfiler } from '@perf/profiler';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const MIB = 1024 * 1024;

/** A span over a clock and a memory that the test moves. */
function setUp() {
  const process = { time: 1000, memory: 64 * MIB };
  const span = createProfiler({ now: () => process.time, memoryBytes: () => process.memory }).startQuery();
  const work = (ms: number) => (): number => {
    process.time += ms;
    return ms;
  };
  return { process, span, work };
}

describe('PhaseSpan', () => {
  it('gives each phase its time and the rest to the total only', () => {
    const { process, span, work } = setUp();

    span.phase('cacheCheck', work(1));
    span.phase('dataLoad', work(20));
    span.phase('cacheCheck', work(2));
    process.time += 5;
    const profile = span.end();

    expect(profile).toMatchObject({
      totalTimeMs: 28,
      cacheCheckMs: 3,
      dataLoadMs: 20,
      planMs: 0,
      exportMs: 0,
    });
  });

  it('counts time inside an inner phase for the inner one only', () => {
    const { process, span, work } = setUp();

    span.phase('cacheCheck', () => {
      process.time += 2;
      span.phase('dataLoad', work(30));
      process.time += 1;
    });

    expect(span.end()).toMatchObject({ totalTimeMs: 33, cacheCheckMs: 3, dataLoadMs: 30 });
  });

  it('times a promise until it settles, and passes on what it gives', async () => {
    const { process, span } = setUp();
    const gate = Promise.withResolvers<string>();

    const running = span.phase('export', () => gate.promise);
    process.time += 7;
    gate.resolve('done');

    await expect(running).resolves.toBe('done');
    expect(span.end().exportMs).toBe(7);
  });

  it('ends a phase that throws or rejects, and lets the error pass', async () => {
    const { process, span } = setUp();

    expect(() =>
      span.phase('plan', () => {
        process.time += 4;
        throw new RangeError('no plan');
      }),
    ).toThrow('no plan');
    await expect(
      span.phase('dataLoad', async () => Promise.reject(new RangeError('no data'))),
    ).rejects.toThrow('no data');
    process.time += 9;

    expect(span.end()).toMatchObject({ planMs: 4, dataLoadMs: 0, totalTimeMs: 13 });
  });

  it.each(PHASES)('names %s as the bottleneck when it took longest', (slowest) => {
    const { span, work } = setUp();

    for (const phase of PHASES) span.phase(phase, work(phase === slowest ? 10 : 9));

    expect(span.end().bottleneck()).toBe(slowest);
  });

  it('names no bottleneck when nothing was timed', () => {
    const { process, span } = setUp();
    process.time += 3;

    expect(span.end().bottleneck()).toBe('none');
  });

  it('keeps the highest memory seen at a border, in MiB', () => {
    const { process, span, work } = setUp();

    span.phase('dataLoad', () => {
      process.memory = 200 * MIB;
    });
    process.memory = 90 * MIB;
    span.phase('plan', work(1));

    expect(span.end().memoryPeakMb).toBe(200);
  });

  it('gives the same profile when it is ended twice, and refuses a phase after the end', () => {
    const { process, span, work } = setUp();
    const first = span.end();
    process.time += 50;

    expect(span.end()).toBe(first);
    expect(() => span.phase('sort', work(1))).toThrow(expect.objectContaining({ code: 'ERR_PERF_DISPOSED' }));
  });

  it('never lets phases sum to more than the total, however they nest and overlap', async () => {
    const event = fc.record({
      phase: fc.constantFrom<QueryPhase>(...PHASES),
      before: fc.nat(20),
      endsAfter: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
        const { process, span } = setUp();
        const open: { readonly left: number; readonly close: () => void; readonly done: Promise<void> }[] =
          [];
        let expected = 0;
        for (const [i, { phase, before, endsAfter }] of events.entries()) {
          if (open.length > 0) expected += before;
          process.time += before;
          const gate = Promise.withResolvers<void>();
          open.push({
            left: i + endsAfter,
            close: gate.resolve,
            done: span.phase(phase, () => gate.promise),
          });
          for (const ended of open.filter(({ left }) => left <= i)) {
            ended.close();
            await ended.done;
            await Promise.resolve();
            open.splice(open.indexOf(ended), 1);
          }
        }
        const profile = span.end();
        const sum = PHASES.reduce((all, phase) => all + profile[`${phase}Ms`], 0);
        expect(sum).toBe(expected);
        expect(sum).toBeLessThanOrEqual(profile.totalTimeMs);
      }),
    );
  });
});
