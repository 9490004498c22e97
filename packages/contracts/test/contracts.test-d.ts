import type {
  Batch,
  CacheManager,
  CatalogTable,
  DataType,
  Filter,
  LoadingCache,
  QueryEngine,
  QueryOptimizer,
  ResultStream,
  StructuredQuery,
} from '@perf/contracts';
import { isPerfError, queryKey } from '@perf/contracts';

/** Compiles only when both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<T extends true>(claim: T): void {
  void claim;
}

export function query(): StructuredQuery[] {
  const filter: Filter = { and: [{ field: 'a', operator: 'in', value: [1] }, { not: { or: [] } }] };
  return [
    { from: 'a', where: filter, select: ['x', { field: 'y', as: 'z' }, { aggregate: 'count', as: 'n' }] },
    // @ts-expect-error a query needs a table
    {},
    // @ts-expect-error an aggregate needs a name
    { from: 'a', select: [{ aggregate: 'count' }] },
    // @ts-expect-error no such operator
    { from: 'a', where: { field: 'x', operator: 'like', value: 'y' } },
    // @ts-expect-error no such join
    { from: 'a', joins: [{ table: 'b', type: 'right', on: [] }] },
  ];
}

export function types(): DataType[] {
  return [
    { kind: 'list', item: { kind: 'decimal', precision: 12, scale: 2 } },
    // @ts-expect-error a decimal needs precision and scale
    { kind: 'decimal' },
    // @ts-expect-error no such unit
    { kind: 'timestamp', unit: 'h' },
  ];
}

export async function founding(cache: CacheManager): Promise<void> {
  const found = await cache.getCachedResult<number>('key', 60);
  holds<Same<NonNullable<typeof found>['value'], number>>(true);
  holds<Same<Awaited<ReturnType<CacheManager['cacheResult']>>, void>>(true);
  await cache.cacheResult('key', { rows: 1 }, 3600, ['table:flights']);
}

export async function loading(cache: LoadingCache): Promise<number> {
  const plain: CacheManager = cache;
  void plain;
  return cache.getOrSet('key', async ({ signal }) => (signal.aborted ? 0 : 1));
}

export async function engine(one: QueryEngine, optimizer: QueryOptimizer): Promise<void> {
  const stream = await one.execute(optimizer.compile({ from: 'a' }), { shape: 'columns' });
  holds<Same<typeof stream, ResultStream>>(true);
  for await (const batch of stream) {
    holds<Same<typeof batch, Batch>>(true);
    if (batch.kind === 'columns') batch.columns.at(0)?.validity?.at(0);
    else if (batch.layout === 'arrays') batch.rows.at(0)?.at(0);
    else holds<Same<(typeof batch.rows)[number], Readonly<Record<string, unknown>>>>(true);
  }
  await stream[Symbol.asyncDispose]();
}

export function errors(error: unknown): string {
  // @ts-expect-error no such code
  isPerfError(error, 'ERR_PERF_NOPE');
  return isPerfError(error) ? error.code : 'other';
}

export function keys(): string {
  // @ts-expect-error the scope is required
  queryKey({ from: 'a' }, {});
  return queryKey({ from: 'a' }, { scope: { source: 's', schemaVersion: 'v' } });
}

export function frozen(table: CatalogTable): void {
  // @ts-expect-error what a contract hands out is not changed
  table.name = 'x';
}
