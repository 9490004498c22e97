import type { Batch } from './batch.ts';
import type { Catalog } from './catalog.ts';
import type { Schema } from './data-type.ts';
import type { ExecutionPlan } from './execution-plan.ts';
import type { FilterOperator } from './query.ts';
import type { QueryStatistics } from './statistics.ts';

/** The SQL a statement is written in. */
export type Dialect = 'duckdb' | 'sqlite' | 'postgres' | 'mysql';

/** A value to bind. Never pasted into text. */
export type Parameter = string | number | bigint | boolean | null | Date | Uint8Array;

/** SQL text with places for its parameters: `$1` in duckdb and postgres, `?1` in sqlite, `?` in mysql. */
export interface Statement {
  readonly dialect: Dialect;
  readonly text: string;
  readonly parameters: readonly Parameter[];
  /** Columns the answer will have, when whoever wrote the text knows. An engine whose driver does not tell types reads by it. */
  readonly schema?: Schema;
  /** Present when the compiler's own row limit may cut the answer. Engines do not look at it. */
  readonly truncated?: { readonly limit: number };
}

/** How to run a statement. */
export interface ExecuteOptions {
  /** Cancels on the server; the stream then throws `ERR_PERF_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Most rows in a batch; an engine that hands over its own chunks may give fewer. @default 4096 */
  readonly batchRows?: number;
  /** `rows` gives `RowBatch`, `columns` gives `ColumnBatch`. @default 'rows' */
  readonly shape?: 'rows' | 'columns';
}

/**
 * The answer of a statement: batches in order, once. Leaving the loop early, or disposing, cancels on the server.
 * The stream pulls: nothing runs far ahead of the reader.
 */
export interface ResultStream extends AsyncIterable<Batch>, AsyncDisposable {
  readonly schema: Schema;
}

/** What an engine can do. */
export interface EngineCapabilities {
  readonly operators: ReadonlySet<FilterOperator>;
  /** Where EXPLAIN ANALYZE gives figures: at every node, at the root only, or nowhere. */
  readonly analyze: 'nodes' | 'root' | 'none';
  /** Whether `whatIf` exists and would work now. */
  readonly whatIf: boolean;
}

/** One column of an index. */
export interface IndexColumn {
  readonly name: string;
  /** @default 'asc' */
  readonly direction?: 'asc' | 'desc';
}

/** An index that does not exist yet. */
export interface HypotheticalIndex {
  readonly table: string;
  readonly columns: readonly IndexColumn[];
  /** Columns kept beside the key. @default none */
  readonly include?: readonly string[];
  /** Only rows of which this is so are in the index. @default all */
  readonly only?: { readonly column: string; readonly is: 'present' | 'true' };
}

/** An index as the engine has it. Those on expressions are left out. */
export interface TableIndex {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly IndexColumn[];
  readonly unique: boolean;
  /** Whether it belongs to the primary key. */
  readonly primary: boolean;
  /** Whether it leaves rows out. */
  readonly partial: boolean;
  readonly bytes?: number;
  /** Times that it was used since the engine began to count. */
  readonly scans?: number;
}

/** A statement that an engine has run, and how it fared. */
export interface WorkloadStatement {
  /** May hold the engine's placeholders instead of literals. */
  readonly text: string;
  readonly calls: number;
  readonly meanMs: number;
  /** Rows that the statement writes in a second; absent for one that reads. */
  readonly writesPerS?: number;
}

/** A database behind one interface. What it opened, it closes; what was passed in stays open. */
export interface QueryEngine extends AsyncDisposable {
  /** Names the engine in reports, as in `duckdb`. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly capabilities: EngineCapabilities;
  /**
   * Runs one statement. Rejects before the first batch when the text is refused (`ERR_PERF_ENGINE_FAILED`).
   * Several may run at once; an engine that cannot queues them.
   */
  execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream>;
  /** The tables that queries may name; kept until the schema changes. */
  catalog(): Promise<Catalog>;
  /** Statistics of `tables`, by queries on a sample where the engine hands nothing over. @param options.sampleRows default 10,000 */
  statistics(
    tables: readonly string[],
    options?: { readonly sampleRows?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<QueryStatistics>;
  /** The plan of a statement. `analyze` executes it; only for reading statements. */
  explain(
    statement: Statement,
    options?: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<ExecutionPlan>;
  /** The plan the statement would have with these indexes. Exists when `capabilities.whatIf`. */
  whatIf?(
    indexes: readonly HypotheticalIndex[],
    statement: Statement,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ExecutionPlan>;
  /** All indexes of the tables in the catalogue. */
  indexes?(options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly TableIndex[]>;
  /** The statements that took most time together, first of all; empty where the engine keeps no record. @param options.limit default 100 */
  workload?(options?: {
    readonly limit?: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<readonly WorkloadStatement[]>;
}
