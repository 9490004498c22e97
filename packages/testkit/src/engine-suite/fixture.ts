import type { Dialect, Parameter, QueryEngine, ResultStream, Statement } from '@perf/contracts';
import { afterAll, beforeAll } from 'vitest';
import { hostileStrings } from '../hostile-strings.ts';
import type { EngineColumnTypes, EngineUnderTest, QueryEngineSuiteOptions } from '../query-engine-suite.ts';
import { sqlLiteral } from './sql-literal.ts';

/** What the groups of tests share: their options, and an engine with the suite's tables for each group. */
export interface EngineFixture {
  readonly options: QueryEngineSuiteOptions;
  readonly types: EngineColumnTypes;
  /** Registers making and closing one engine around the tests of the current `describe`; call the result inside tests. */
  engineForGroup(): () => QueryEngine;
  /** The same with access past the engine. */
  subjectForGroup(): () => EngineUnderTest;
}

/** Rows in `perf_numbers`. */
export const NUMBERS_ROWS = 10_000;

/** The fixture for one call of the suite. */
export function fixtureOf(options: QueryEngineSuiteOptions): EngineFixture {
  const subjectForGroup = (): (() => EngineUnderTest) => {
    let subject: EngineUnderTest | undefined;
    beforeAll(async () => {
      subject = await options.create();
      for (const sql of tableStatements(options.types)) await subject.run(sql);
    }, options.timeoutMs ?? 30_000);
    afterAll(async () => {
      await subject?.engine[Symbol.asyncDispose]();
      await subject?.close?.();
    });
    return () => {
      if (subject === undefined) throw new Error('the engine is made in beforeAll; ask for it inside a test');
      return subject;
    };
  };
  const engineForGroup = (): (() => QueryEngine) => {
    const subject = subjectForGroup();
    return () => subject().engine;
  };
  return { options, types: options.types, engineForGroup, subjectForGroup };
}

/** The suite's tables: two with keys, hostile texts, ten digits to cross, and 10,000 numbers for statistics. */
function tableStatements(types: EngineColumnTypes): string[] {
  const { int64, float64, utf8 } = types;
  const texts = hostileStrings.map((text, id) => `(${id}, ${(utf8.literal ?? sqlLiteral)(text)})`);
  const digits = Array.from({ length: 10 }, (_, d) => `(${d})`);
  const id = 'a.d * 1000 + b.d * 100 + c.d * 10 + e.d';
  return [
    `CREATE TABLE perf_airports (iata VARCHAR(8) NOT NULL PRIMARY KEY, name ${utf8.sql} NOT NULL, elevation ${float64.sql})`,
    `CREATE TABLE perf_flights (id ${int64.sql} NOT NULL PRIMARY KEY, origin VARCHAR(8) NOT NULL, delay ${int64.sql}, ` +
      `flown VARCHAR(10) NOT NULL, UNIQUE (origin, flown), FOREIGN KEY (origin) REFERENCES perf_airports (iata))`,
    `INSERT INTO perf_airports VALUES ('SFO', 'San Francisco', 4.0), ('DEN', 'Denver', 1655.5), ('XXX', 'Nowhere', NULL)`,
    `INSERT INTO perf_flights VALUES (1, 'SFO', 12, '2001-01-01'), (2, 'DEN', NULL, '2001-01-01'), (3, 'DEN', -4, '2001-01-02')`,
    `CREATE TABLE perf_texts (id ${int64.sql} NOT NULL, v ${utf8.sql} NOT NULL)`,
    `INSERT INTO perf_texts VALUES ${texts.join(', ')}`,
    `CREATE TABLE perf_digits (d ${int64.sql} NOT NULL)`,
    `INSERT INTO perf_digits VALUES ${digits.join(', ')}`,
    `CREATE TABLE perf_numbers (id ${int64.sql} NOT NULL, delay ${int64.sql}, carrier VARCHAR(8) NOT NULL, price ${float64.sql})`,
    `INSERT INTO perf_numbers SELECT ${id}, CASE WHEN e.d = 0 THEN NULL ELSE c.d * 10 + e.d END, ` +
      `CASE WHEN e.d < 7 THEN 'AA' WHEN e.d < 9 THEN 'UA' ELSE 'WN' END, (${id}) * 0.5 ` +
      `FROM perf_digits a CROSS JOIN perf_digits b CROSS JOIN perf_digits c CROSS JOIN perf_digits e`,
  ];
}

/** `SELECT` over `powers` crossed digit tables: 10^powers rows without any function that is not in every dialect. */
export function crossDigits(select: string, powers: number): string {
  const tables = Array.from({ length: powers }, (_, i) => `perf_digits t${i}`);
  return `SELECT ${select} FROM ${tables.join(' CROSS JOIN ')}`;
}

/** A statement in the engine's dialect; `{0}`, `{1}` … in `text` become its placeholders, each used once and in order. */
export function statement(dialect: Dialect, text: string, parameters: readonly Parameter[] = []): Statement {
  const placed = text.replaceAll(/\{(\d+)\}/g, (_, index: string) => placeholder(dialect, Number(index) + 1));
  return { dialect, text: placed, parameters };
}

function placeholder(dialect: Dialect, position: number): string {
  switch (dialect) {
    case 'duckdb':
    case 'postgres':
      return `$${position}`;
    case 'sqlite':
      return `?${position}`;
    case 'mysql':
      return '?';
  }
}

/** Runs a statement and gives its stream. */
export function open(
  engine: QueryEngine,
  text: string,
  parameters?: readonly Parameter[],
): Promise<ResultStream> {
  return engine.execute(statement(engine.dialect, text, parameters));
}
