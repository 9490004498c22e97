/**
 * Does ordering filters by rank, (selectivity − 1) / cost, pay against the founding priority, selectivity × cost?
 * Modelled over random filters, and measured on SQLite, which evaluates filters in the order of the text: one query over
 * 300,000 rows whose five filters stand in either order. Each run is a process of its own.
 */
import type { Catalog, CatalogColumn, Filter, Statement } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import type { RankedFilter } from '@perf/optimizer';
import {
  conjunctionCost,
  conjunctionRank,
  createOptimizer,
  foundingPriority,
  orderFilters,
} from '@perf/optimizer';
import { readRows } from '@perf/testkit';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import { comparePairs, figureOf, quantile } from '@perf/testkit/measure';
import type { Bench, BenchUse, CaseFigures } from './bench.ts';
import { caseArgs } from './bench.ts';

const MODELLED = 5000;

/** Five filters with what they let pass and cost, as the optimizer's model has them on this table. */
const FILTERS: readonly (RankedFilter & { readonly filter: Filter })[] = [
  { filter: { field: 'note', operator: 'regex', value: 'z[0-9]+9$' }, selectivity: 0.001, cost: 270 },
  {
    filter: { field: 'note', operator: 'contains', value: '7', caseSensitive: false },
    selectivity: 0.5,
    cost: 220,
  },
  { filter: { field: 'n', operator: 'lt', value: 500 }, selectivity: 0.5, cost: 1 },
  { filter: { field: 'k', operator: 'eq', value: 3 }, selectivity: 0.1, cost: 1 },
  { filter: { field: 'note', operator: 'ne', value: 'x' }, selectivity: 1, cost: 4 },
];

export const filterOrder: Bench = {
  cases: {
    'filters-by-rank': (use) => measured(conjunctionRank, use),
    'filters-by-founding-priority': (use) => measured(foundingPriority, use),
  },
  figures,
};

async function figures(use: BenchUse): Promise<readonly Figure[]> {
  const { module } = use;
  const comparison = await comparePairs({
    ours: { module, args: caseArgs('filters-by-rank', use) },
    peer: { module, args: caseArgs('filters-by-founding-priority', use) },
    direction: 'min',
  });
  const peer = 'founding priority, selectivity × cost';
  const note = `SQLite, ${rowsOf(use)} rows, five filters`;
  return [figureOf('filter-order.rank.vs-founding', comparison, { peer, note }), ...modelled()];
}

function rowsOf({ quick }: BenchUse): number {
  return quick ? 30_000 : 300_000;
}

/** Random filters: how often and how far the founding priority misses the cost of rank order. */
function modelled(): Figure[] {
  const random = seededRandom(1);
  const ratios = Array.from({ length: MODELLED }, () => {
    const set = Array.from({ length: 5 }, () => ({
      selectivity: random.next(),
      cost: 10 ** (3 * random.next()),
    }));
    return (
      conjunctionCost(orderFilters(set, foundingPriority)) /
      conjunctionCost(orderFilters(set, conjunctionRank))
    );
  });
  const note = `modelled, ${MODELLED} sets of five random filters, cost of founding order ÷ cost of rank order`;
  return [
    {
      id: 'filter-order.modelled.suboptimal-share',
      value: ratios.filter((ratio) => ratio > 1.0001).length / MODELLED,
      note,
    },
    { id: 'filter-order.modelled.p95', value: quantile(ratios, 0.95), note },
    { id: 'filter-order.modelled.worst', value: Math.max(...ratios), note },
  ];
}

/** Time of the query with its filters in the order of `rank`, as median of five runs in this process. */
async function measured(rank: (filter: RankedFilter) => number, use: BenchUse): Promise<CaseFigures> {
  await using engine = await SqliteEngine.open(':memory:');
  const run = async (statement: Statement): Promise<unknown[][]> => readRows(await engine.execute(statement));
  await run({
    dialect: 'sqlite',
    text: `CREATE TABLE t AS WITH RECURSIVE r (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < ${rowsOf(use) - 1})
      SELECT i % 1000 AS n, i % 10 AS k, 'note ' || CASE i % 997 WHEN 0 THEN 'z' ELSE 'y' END || i AS note FROM r`,
    parameters: [],
  });
  const columns: CatalogColumn[] = [column('n', 'int64'), column('k', 'int64'), column('note', 'utf8')];
  const catalog: Catalog = {
    version: '1',
    tables: new Map([['t', { name: 't', columns, uniqueKeys: [], foreignKeys: [] }]]),
  };
  const and = orderFilters(FILTERS, rank).map(({ filter }) => filter);
  const statement = createOptimizer({ catalog, dialect: 'sqlite' }).compile({
    from: 't',
    select: [{ aggregate: 'count', as: 'rows' }],
    where: { and },
  });
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    const [row] = await run(statement);
    times.push(performance.now() - started);
    found = Number(row?.[0]);
  }
  return { ms: quantile(times, 0.5), rows: found };
}

function column(name: string, kind: 'int64' | 'utf8'): CatalogColumn {
  return { name, type: { kind }, nullable: true };
}
