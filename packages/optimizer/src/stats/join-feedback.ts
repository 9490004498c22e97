import { PerfError } from '@perf/contracts';
import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import { columnsIn, mapExpr } from '../sql/walk.ts';
import type { JoinQuery } from './join-query.ts';
import { hashOf } from './value-hash.ts';

/** What executed joins gave, kept for those most recently learnt or used. */
export class JoinFeedback {
  readonly #most: number;
  readonly #rows = new Map<string, number>();

  /** @param options.maxEntries joins kept; each takes about 100 bytes. Default 1,000 */
  constructor({ maxEntries = 1000 }: { readonly maxEntries?: number } = {}) {
    if (!Number.isInteger(maxEntries) || maxEntries < 1)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `maxEntries must be a positive integer, got ${maxEntries}`,
      );
    this.#most = maxEntries;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** @param rows that the join gave; what is no count is not kept */
  learn(query: JoinQuery, rows: number): void {
    if (!Number.isFinite(rows) || rows < 0) return;
    const key = joinFingerprint(query);
    this.#rows.delete(key);
    this.#rows.set(key, rows);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > this.#most && oldest !== undefined) this.#rows.delete(oldest);
  }

  rowsOf(query: JoinQuery): number | undefined {
    if (this.#rows.size === 0) return undefined;
    const key = joinFingerprint(query);
    const rows = this.#rows.get(key);
    if (rows === undefined) return undefined;
    this.#rows.delete(key);
    this.#rows.set(key, rows);
    return rows;
  }
}

/** A short text that is the same for the same join: whatever its tables are called and in whatever order it is written. Literals count. */
export function joinFingerprint({ tables, conditions }: JoinQuery): string {
  const parts = conditions.flatMap(conjuncts);
  const own = (alias: string): string =>
    parts
      .filter((part) => columnsIn(part).every(({ source }) => source === alias))
      .map((part) => printed(part, () => 'self'))
      .toSorted()
      .join();
  const ordered = tables
    .map(({ alias, table }) => ({ alias, told: `${table.name} ${own(alias)}` }))
    .toSorted((a, b) => (a.told < b.told || (a.told === b.told && a.alias < b.alias) ? -1 : 1));
  const places = new Map(ordered.map(({ alias }, i) => [alias, `t${i}`]));
  const text = [
    ...ordered.map(({ told }) => told),
    ...parts.map((part) => printed(part, (alias) => places.get(alias) ?? alias)).toSorted(),
  ].join('\n');
  return `${hashOf(text, 1).toString(36)}.${hashOf(text, 2).toString(36)}`;
}

/** A condition as text, with other names for its sources; sides of an equality in one order. */
function printed(condition: Expr, nameOf: (alias: string) => string): string {
  const renamed = mapExpr(condition, (part) =>
    part.kind === 'column' ? { ...part, source: nameOf(part.source) } : part,
  );
  if (renamed.kind === 'call' && renamed.name === '=')
    return JSON.stringify({ ...renamed, args: renamed.args.map((arg) => JSON.stringify(arg)).toSorted() });
  return JSON.stringify(renamed);
}
