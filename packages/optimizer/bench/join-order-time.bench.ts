/**
 * How long does it take to put many joins in order? Chains, stars, cycles and cliques of 11 to 20 tables, in warm code; each statement is timed
 * several times and counts by its median, and the figure is the slowest one. Nothing is asked of a database.
 */
import type { Catalog, CatalogColumn, CatalogTable, QueryStatistics } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { JoinGraph, bestJoin, optimizeSql } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import { median, runChild } from '@perf/testkit/measure';
import type { Bench, BenchUse, CaseFigures } from './bench.ts';
import { caseArgs } from './bench.ts';

const SIZES = [11, 12, 14, 16, 18, 20];
const SHAPES = ['chain', 'star', 'cycle', 'clique', 'apart'] as const;
const REPEATS = 7;

type JoinShape = (typeof SHAPES)[number];

export const joinOrderTime: Bench = { cases: { 'join-order-time': timed }, figures };

async function figures(use: BenchUse): Promise<readonly Figure[]> {
  const report = await runChild({ module: use.module, args: caseArgs('join-order-time', use) });
  return [
    {
      id: 'joins.plan-ms',
      value: report.ms,
      unit: 'ms',
      n: SIZES.length * SHAPES.length,
      note: `optimizeSql from text to text, warm, slowest of chains, stars, cycles, cliques by one column each (clique) and by columns of their own for every pair (apart) of ${SIZES.join(', ')} tables: ${String(report['slowest'])}; by shape at most ${String(report['byShape'])}; ${String(report['changed'])} of them put in another order; the search alone takes at most ${Number(report['searchMs']).toFixed(1)} ms`,
    },
  ];
}

function timed(): CaseFigures {
  const catalog = catalogOf(20);
  const options = { dialect: 'postgres', catalog, statistics: statisticsOf(catalog) } as const;
  const found = SHAPES.flatMap((shape) =>
    SIZES.map((count) => ({
      shape,
      count,
      text: textOf(shape, count),
      times: [] as number[],
      isChanged: false,
    })),
  );
  for (let repeat = 0; repeat < REPEATS; repeat++)
    for (const each of found) {
      const started = performance.now();
      const { rewrites, unread } = optimizeSql(each.text, options);
      each.times.push(performance.now() - started);
      each.isChanged = rewrites.length > 0;
      if (unread !== undefined)
        throw new PerfError('ERR_PERF_RUN_INVALID', `a join list was not read (${unread}): ${each.text}`);
    }
  const ranked = found
    .map(({ shape, count, times }) => ({ shape, count, ms: median(times.slice(2)) }))
    .toSorted((a, b) => b.ms - a.ms);
  const [slowest] = ranked;
  if (slowest === undefined) throw new PerfError('ERR_PERF_RUN_INVALID', 'nothing was timed');
  return {
    ms: slowest.ms,
    searchMs: Math.max(...SHAPES.flatMap((shape) => SIZES.map((count) => searchMs(shape, count)))),
    slowest: `${slowest.shape} of ${slowest.count}`,
    changed: found.filter(({ isChanged }) => isChanged).length,
    byShape: SHAPES.map(
      (shape) => `${shape} ${ranked.find((each) => each.shape === shape)?.ms.toFixed(1)} ms`,
    ).join(', '),
  };
}

/** The search alone, by made-up shares and a plain hash join's price; a clique by one column is a list of equal columns. */
function searchMs(shape: JoinShape, count: number): number {
  const random = seededRandom(count);
  const relations = Array.from({ length: count }, () => {
    const rows = 10 ** random.int(1, 6);
    return { rows, read: rows, cost: rows };
  });
  const columns = relations.map(({ rows: distinct }, relation) => ({
    relation,
    distinct,
    present: 1,
    keyed: false,
  }));
  const edges = pairsOf(shape, count).map(([a, b]) => ({
    left: 1 << a,
    right: 1 << b,
    share: 10 ** -random.int(1, 5),
    isEqual: true,
    keyed: 0,
  }));
  const graph = new JoinGraph(
    relations,
    shape === 'clique' ? { edges: [], classes: [columns] } : { edges, classes: [] },
    (left, right, { rows }) => left.cost + right.cost + left.rows + 2 * right.rows + rows,
  );
  const times = Array.from({ length: REPEATS }, () => {
    const started = performance.now();
    bestJoin(graph);
    return performance.now() - started;
  });
  return median(times.slice(2));
}

/** Which tables are joined with which. */
function pairsOf(shape: JoinShape, count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count - 1 }, (_, i) => i + 1).flatMap((own) => {
    switch (shape) {
      case 'chain':
        return [[own - 1, own] as const];
      case 'star':
        return [[0, own] as const];
      case 'cycle':
        return [[own - 1, own] as const, ...(own === count - 1 ? [[0, own] as const] : [])];
      case 'clique':
      case 'apart':
        return Array.from({ length: own }, (_, other) => [other, own] as const);
    }
  });
}

/** Tables `t0` and so on with a key, a column that all share, an attribute, and one reference to each other table. */
function catalogOf(count: number): Catalog {
  const int = (name: string): CatalogColumn => ({ name, type: { kind: 'int32' }, nullable: false });
  const tables = Array.from({ length: count }, (_, i): CatalogTable => {
    const references = Array.from({ length: count }, (__, k) => int(`ref${k}`));
    return {
      name: `t${i}`,
      columns: [int('id'), int('shared'), int('kind'), ...references],
      uniqueKeys: [['id']],
      foreignKeys: [],
    };
  });
  return { version: '1', tables: new Map(tables.map((table) => [table.name, table])) };
}

function statisticsOf({ tables }: Catalog): QueryStatistics {
  const random = seededRandom(3);
  return {
    tables: new Map(
      [...tables.values()].map(({ name, columns }) => {
        const rows = name === 't0' ? 1e6 : 10 ** random.int(2, 5);
        const known = columns.map(({ name: column }) => {
          const distinct = column === 'id' ? rows : Math.min(rows, 10 ** random.int(1, 5));
          return [column, { nullFraction: 0, distinct }] as const;
        });
        return [name, { rows, sampledRows: rows, columns: new Map(known) }];
      }),
    ),
  };
}

function textOf(shape: JoinShape, count: number): string {
  const list = Array.from({ length: count - 1 }, (_, i) =>
    pairsOf(shape, count).flatMap(([a, b]) => (b === i + 1 ? conditionOf(shape, a, b) : [])),
  );
  const joins = list.map((conditions, i) => ` JOIN t${i + 1} ON ${conditions.join(' AND ')}`).join('');
  return `SELECT count(*) AS found FROM t0${joins} WHERE t${count - 1}.kind = 3 AND t${count - 2}.kind < 9`;
}

function conditionOf(shape: JoinShape, a: number, b: number): string {
  if (shape === 'clique') return `t${b}.shared = t${a}.shared`;
  return shape === 'apart' ? `t${b}.ref${a} = t${a}.ref${b}` : `t${b}.id = t${a}.ref${b}`;
}
