import type { Catalog } from '@perf/contracts';
import { quoted } from './index-ddl.ts';
import type { PartitionAdvice } from './advice.ts';
import type { TableUse } from './table-uses.ts';

/** A use of a table and how much it counts. */
export interface WeighedUse {
  readonly use: TableUse;
  readonly weight: number;
}

/** Most columns that BigQuery clusters by. */
const MOST_CLUSTERED = 4;

/** How tables of BigQuery are better laid out: by the date that most ranges ask of, then by the columns that are searched and joined most. */
export function partitionAdvice(uses: readonly WeighedUse[], catalog: Catalog): readonly PartitionAdvice[] {
  const tables = [...new Set(uses.map(({ use }) => use.table))].toSorted();
  return tables.flatMap((table) => {
    const own = uses.filter(({ use }) => use.table === table);
    const types = new Map(catalog.tables.get(table)?.columns.map(({ name, type }) => [name, type.kind]));
    const isTime = (name: string): boolean => types.get(name) === 'date' || types.get(name) === 'timestamp';
    const isClusterable = (name: string): boolean =>
      !['float64', 'json', 'list', 'binary'].includes(types.get(name) ?? 'json');
    const partitionBy = ranked(own, ({ ranged: names, equal }) => [...names, ...equal]).find(isTime);
    const searched = ranked(own, ({ equal, joined, ranged: names, groups }) => [
      ...equal,
      ...equal,
      ...joined,
      ...names,
      ...groups.flat(),
    ]);
    const clusterBy = searched
      .filter((name) => name !== partitionBy && isClusterable(name))
      .slice(0, MOST_CLUSTERED);
    if (partitionBy === undefined && clusterBy.length === 0) return [];
    const clause = [
      ...(partitionBy === undefined
        ? []
        : [`PARTITION BY ${partitioned(partitionBy, types.get(partitionBy))}`]),
      ...(clusterBy.length === 0
        ? []
        : [`CLUSTER BY ${clusterBy.map((name) => quoted(name, 'bigquery')).join(', ')}`]),
    ].join(' ');
    return [{ table, partitionBy, clusterBy, clause, statements: own.length, confidence: 'low' as const }];
  });
}

function partitioned(name: string, kind: string | undefined): string {
  const column = quoted(name, 'bigquery');
  return kind === 'timestamp' ? `TIMESTAMP_TRUNC(${column}, DAY)` : column;
}

/** Names by the weight of the uses that give them. */
function ranked(
  uses: readonly WeighedUse[],
  namesOf: (use: TableUse) => readonly string[],
): readonly string[] {
  const weights = new Map<string, number>();
  for (const { use, weight } of uses)
    for (const name of namesOf(use)) weights.set(name, (weights.get(name) ?? 0) + weight);
  return [...weights].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
}
