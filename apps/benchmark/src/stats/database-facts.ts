import type { Catalog, Dialect, QueryEngine, QueryStatistics, TableIndex } from '@perf/contracts';

/** What is known of a database without its rows. */
export interface DatabaseFacts {
  readonly dialect: Dialect;
  readonly catalog: Catalog;
  readonly statistics: QueryStatistics;
  /** Empty where the engine does not tell. */
  readonly indexes: readonly TableIndex[];
}

/** Asks an engine for all of it. */
export async function databaseFacts(
  engine: QueryEngine,
  { signal, sampleRows }: { readonly signal: AbortSignal; readonly sampleRows?: number },
): Promise<DatabaseFacts> {
  const catalog = await engine.catalog();
  const statistics = await engine.statistics([...catalog.tables.keys()], {
    signal,
    ...(sampleRows === undefined ? {} : { sampleRows }),
  });
  const indexes = (await engine.indexes?.({ signal })) ?? [];
  return { dialect: engine.dialect, catalog, statistics, indexes };
}
