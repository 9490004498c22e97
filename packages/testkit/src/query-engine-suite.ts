import type { QueryEngine } from '@perf/contracts';
import { describe } from 'vitest';
import { catalogCases } from './engine-suite/catalog-cases.ts';
import { executeCases } from './engine-suite/execute-cases.ts';
import { fixtureOf } from './engine-suite/fixture.ts';
import { lifetimeCases } from './engine-suite/lifetime-cases.ts';
import { statisticsCases } from './engine-suite/statistics-cases.ts';
import { streamCases } from './engine-suite/stream-cases.ts';
import { typeCases } from './engine-suite/type-cases.ts';

/** An engine on an empty database, for one group of tests. */
export interface EngineUnderTest {
  readonly engine: QueryEngine;
  /** Runs one statement of the engine's own SQL on the same database, past the engine: the suite makes its tables with it. */
  readonly run: (sql: string) => Promise<void>;
  /** Frees what the engine does not own: the server's database, a temp folder. Called after the engine was disposed. */
  readonly close?: () => Promise<void>;
}

/** How one type of column is written in the engine's SQL. */
export interface EngineColumnType {
  /** As in `CREATE TABLE`: `BIGINT`, `TEXT COLLATE "C"`. */
  readonly sql: string;
  /**
   * A value of the row form (see `DataType`; never null) as a literal for `INSERT`.
   * @default numbers bare, `TRUE`/`FALSE`, `X'00ff'` for bytes, `[1, 2]` for lists, JSON and everything else in single quotes
   * with quotes doubled; timestamps as `'2001-02-28 01:02:03.000004'`
   */
  readonly literal?: (value: unknown) => string;
}

/**
 * Columns the engine can hold, by the printed type: `bool`, `int32`, `decimal(12,2)`, `timestamp(us)`, `list<int32>`, …
 * The three named ones are what the suite's tables need; a further type is tested when it stands here.
 */
export interface EngineColumnTypes {
  readonly int64: EngineColumnType;
  readonly float64: EngineColumnType;
  readonly utf8: EngineColumnType;
  readonly [printedType: string]: EngineColumnType;
}

/** What the suite needs to know of an engine. */
export interface QueryEngineSuiteOptions {
  /** Makes an engine on an empty database of its own. Called once per group of tests. */
  readonly create: () => Promise<EngineUnderTest>;
  readonly types: EngineColumnTypes;
  /** Whether an abort stops a statement that has not given its first row yet. @default true */
  readonly interruptsBeforeFirstRow?: boolean;
  /** Whether `catalog()` notices tables made past the engine. @default true */
  readonly noticesSchemaChanges?: boolean;
  /** Longest a test may take, in ms. @default 30,000 */
  readonly timeoutMs?: number;
}

/**
 * What every `QueryEngine` must do, as vitest tests: catalogue, types, parameters, streams, errors, aborts, statistics,
 * plans and lifetimes. An adapter brings a factory and its names of types, and nothing else.
 *
 * @example
 * describe('SqliteEngine', () => queryEngineSuite({
 *   create: async () => {
 *     const database = new DatabaseSync(':memory:');
 *     return { engine: new SqliteEngine(database), run: async (sql) => void database.exec(sql) };
 *   },
 *   types: { int64: { sql: 'BIGINT' }, float64: { sql: 'DOUBLE' }, utf8: { sql: 'TEXT' } },
 * }));
 */
export function queryEngineSuite(options: QueryEngineSuiteOptions): void {
  const fixture = fixtureOf(options);
  describe('queryEngineSuite', { timeout: options.timeoutMs ?? 30_000 }, () => {
    catalogCases(fixture);
    executeCases(fixture);
    typeCases(fixture);
    streamCases(fixture);
    statisticsCases(fixture);
    lifetimeCases(fixture);
  });
}
