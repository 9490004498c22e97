import type { HistoryKind, HistoryPlan, HistoryRecord } from '@perf/testkit/cache';
import { HistoryLog, checkHistory, historyRecords, planHistory } from '@perf/testkit/cache';
import { describe, expect, it } from 'vitest';

/** One line of a history by hand: what, on which node, from when to when, and the stamp of what was read. */
type Line = readonly [kind: HistoryKind, node: number, start: number, end: number, stamp?: number];

function history(lines: readonly Line[], tagged = true): { plan: HistoryPlan; records: HistoryRecord[] } {
  const operations = lines.map(([kind, node, start]) => ({ atMs: start, node, kind, key: 0, loadMs: 0 }));
  const records = lines.map(([, , start, end, stamp = 0], operation) => ({
    history: 0,
    operation,
    start,
    end,
    stamp,
    outcome: end === Infinity ? ('hung' as const) : ('done' as const),
  }));
  return { plan: { tagged: [tagged], operations }, records };
}

function staleIn(lines: readonly Line[], clears: readonly HistoryRecord[] = [], tagged = true): number {
  const { plan, records } = history(lines, tagged);
  return checkHistory(plan, records, clears).stale.length;
}

function clear(node: number, start: number, end: number): HistoryRecord {
  return { history: -1, operation: node, start, end, stamp: 0, outcome: 'done' };
}

describe('checkHistory', () => {
  it.each<[string, Line[]]>([
    [
      'a read that began before the acknowledgement',
      [
        ['delete', 0, 100, 110],
        ['read', 0, 109, 200, 50],
      ],
    ],
    [
      'a value whose load began after the invalidation',
      [
        ['delete', 0, 100, 110],
        ['read', 0, 111, 200, 101],
      ],
    ],
    [
      'an old value on another node within 250 ms',
      [
        ['delete', 0, 100, 110],
        ['read', 1, 359, 360, 50],
      ],
    ],
    [
      'nothing found',
      [
        ['delete', 0, 100, 110],
        ['get', 0, 111, 112, 0],
      ],
    ],
    [
      'a set that overlapped the delete',
      [
        ['set', 1, 90, 120, 90],
        ['delete', 0, 100, 110],
        ['read', 0, 200, 201, 90],
      ],
    ],
    [
      'the value that was just set',
      [
        ['set', 0, 100, 110, 100],
        ['read', 0, 111, 112, 100],
      ],
    ],
    [
      'what is older than an invalidation that was never acknowledged',
      [
        ['delete', 0, 100, Infinity],
        ['read', 0, 500, 501, 50],
      ],
    ],
    [
      'the value of a set that was never acknowledged',
      [
        ['set', 1, 50, Infinity],
        ['delete', 0, 100, 110],
        ['read', 0, 500, 501, 50],
      ],
    ],
  ])('accepts %s', (_, lines) => {
    expect(staleIn(lines)).toBe(0);
  });

  it.each<[string, Line[]]>([
    [
      'an old value right after a delete on the same node',
      [
        ['delete', 0, 100, 110],
        ['read', 0, 110, 111, 99],
      ],
    ],
    [
      'an old value found without loading',
      [
        ['delete', 0, 100, 110],
        ['get', 0, 111, 112, 99],
      ],
    ],
    [
      'an old value right after a set',
      [
        ['set', 0, 100, 110, 100],
        ['read', 0, 111, 112, 99],
      ],
    ],
    [
      'an old value right after the tag',
      [
        ['tag', 0, 100, 110],
        ['read', 0, 111, 112, 99],
      ],
    ],
    [
      'an old value on another node from 250 ms on',
      [
        ['delete', 0, 100, 110],
        ['read', 1, 360, 361, 50],
      ],
    ],
    [
      'the value of a set that ended before the delete',
      [
        ['set', 1, 80, 90, 80],
        ['delete', 0, 100, 110],
        ['read', 0, 200, 201, 80],
      ],
    ],
    [
      'a load that began in an older invalidation',
      [
        ['delete', 0, 10, 20],
        ['delete', 0, 100, 110],
        ['read', 0, 111, 112, 50],
      ],
    ],
  ])('finds %s', (_, lines) => {
    expect(staleIn(lines)).toBe(1);
  });

  it('lets a tag concern only what stands under it', () => {
    const lines: Line[] = [
      ['tag', 0, 100, 110],
      ['read', 0, 111, 112, 99],
    ];

    expect(staleIn(lines, [], false)).toBe(0);
  });

  it('lets a clear concern everything, and another node from 250 ms on', () => {
    const read = (node: number, start: number): number =>
      staleIn([['read', node, start, start + 1, 99]], [clear(0, 100, 110)]);

    expect([read(0, 111), read(1, 300), read(1, 360)]).toEqual([1, 0, 1]);
  });

  it('says what a stale read is older than, and by how much', () => {
    const { plan, records } = history([
      ['delete', 0, 100, 110],
      ['read', 1, 400, 401, 60],
    ]);

    expect(checkHistory(plan, records, []).stale).toEqual([
      {
        history: 0,
        operation: 1,
        key: 0,
        node: 1,
        invalidation: 'delete by node 0',
        afterMs: 290,
        olderMs: 40,
      },
    ]);
  });

  it('counts what failed, hung, and was no value of ours', () => {
    const { plan, records } = history([
      ['read', 0, 1, 2],
      ['read', 0, 1, 2],
      ['read', 0, 1, Infinity],
    ]);
    const changed = records.map((record, i): HistoryRecord => ({
      ...record,
      outcome: (['failed', 'wrong', 'hung'] as const)[i] ?? 'done',
    }));

    expect(checkHistory(plan, changed, [])).toMatchObject({ failed: 1, wrong: 1, hung: 1, operations: 0 });
  });

  it('takes a history as whole only with an invalidation inside a running load', () => {
    const lines: Line[] = Array.from({ length: 21 }, (_, i) => ['read', i % 2, 300 + i, 301 + i, 300]);
    const { plan, records } = history([...lines, ['delete', 0, 100, 110]]);
    const twoKeys = {
      ...plan,
      operations: plan.operations.map((operation, i) => ({ ...operation, key: i === 3 ? 1 : 0 })),
    };
    const load = (start: number, end: number): HistoryRecord => ({
      history: 0,
      operation: -1,
      start,
      end,
      stamp: 0,
      outcome: 'done',
    });

    expect(checkHistory(twoKeys, [...records, load(90, 120)], []).isWhole).toBe(true);
    expect(checkHistory(twoKeys, [...records, load(105, 120)], []).isWhole).toBe(false);
    expect(checkHistory(plan, [...records, load(90, 120)], []).isWhole).toBe(false);
  });
});

describe('planHistory', () => {
  it('is the same for the same place, and another for the next', () => {
    const place = { seed: 7, history: 3, nodes: 4 };

    expect(planHistory(place)).toEqual(planHistory(place));
    expect(planHistory({ ...place, history: 4 })).not.toEqual(planHistory(place));
  });

  it('has at least 20 operations by at least 2 nodes on at least 2 keys', () => {
    for (let number = 0; number < 500; number++) {
      const { operations, tagged } = planHistory({ seed: 1, history: number, nodes: 4 });

      expect(operations.length).toBeGreaterThanOrEqual(20);
      expect(new Set(operations.map(({ node }) => node)).size).toBeGreaterThanOrEqual(2);
      expect(new Set(operations.map(({ key }) => key)).size).toBeGreaterThanOrEqual(2);
      expect(operations.every(({ key }) => key < tagged.length)).toBe(true);
    }
  });
});

describe('HistoryLog', () => {
  it('gives back every line it took, and forgets it', () => {
    const log = new HistoryLog();
    const lines = Array.from({ length: 3000 }, (_, i) => ({
      history: i,
      operation: i % 23,
      start: i + 0.25,
      end: i % 7 === 0 ? Infinity : i + 1,
      stamp: i / 3,
      outcome: (['done', 'failed', 'hung', 'wrong'] as const)[i % 4] ?? 'done',
    }));
    for (const line of lines) log.add(line);

    expect([...historyRecords(log.take())]).toEqual(lines);
    expect(log.take()).toHaveLength(0);
  });
});
