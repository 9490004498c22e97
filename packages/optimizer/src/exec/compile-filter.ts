import type { Catalog, CatalogColumn, Filter } from '@perf/contracts';
import { checkQuery } from '@perf/contracts';
import { bestPlaces } from '../filters/best-order.ts';
import { MOST_FILTERS, PassSample } from '../filters/pass-sample.ts';
import type { RowRecord } from './cell-reader.ts';
import { generate } from './generate.ts';
import type { RowTest, Slot } from './row-test.ts';
import { rowTest, testCost } from './row-test.ts';
import { testClosure } from './test-closure.ts';
import { CodeInputs, testCode } from './test-code.ts';

/** How work on rows is compiled. */
export interface CompileOptions {
  /** False: functions only, no generated code; for few rows that is also the faster way. @default true, where the process allows it */
  readonly codegen?: boolean;
}

/** How a filter is compiled. */
export interface CompileFilterOptions extends CompileOptions {
  /**
   * Rows to learn from, a few hundred spread over the data: members of an `and` are then asked in the order that costs least on them.
   * @default none: the order of the filter
   */
  readonly sample?: readonly RowRecord[];
}

/** A filter ready to run. */
export interface CompiledFilter {
  /** Whether the filter is true of a row; unknown is not. */
  readonly matches: (row: RowRecord) => boolean;
  /** The rows of which it is true, in their order. */
  readonly select: <Row extends RowRecord>(rows: readonly Row[]) => Row[];
  /** Whether code was generated. */
  readonly generated: boolean;
}

/**
 * A filter on rows in memory with the meaning it has in every dialect: three-valued logic, text by code points, int64 and decimals
 * exact, NaN above all numbers. Rows hold what `columns` say (see `DataType`); a missing field is null.
 * Throws what `checkQuery` throws, and `ERR_PERF_UNSUPPORTED_OPERATOR` for `fuzzy`.
 *
 * @example
 * const late = compileFilter({ field: 'delay', operator: 'gt', value: 60 }, flights.columns);
 * const found = late.select(rows);
 */
export function compileFilter(
  filter: Filter,
  columns: readonly CatalogColumn[],
  options: CompileFilterOptions = {},
): CompiledFilter {
  const table = { name: 'rows', columns, uniqueKeys: [], foreignKeys: [] };
  const catalog: Catalog = { version: '', tables: new Map([['rows', table]]) };
  const { where = { and: [] } } = checkQuery({ from: 'rows', where: filter }, catalog);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return compileCheckedFilter(
    where,
    (field) => {
      const name = types.has(field) ? field : field.slice('rows.'.length);
      return { key: name, type: types.get(name) ?? { kind: 'utf8' } };
    },
    options,
  );
}

/** The same for a filter that was checked, whose fields stand in `slotOf`. */
export function compileCheckedFilter(
  filter: Filter,
  slotOf: (field: string) => Slot,
  { codegen = true, sample = [] }: CompileFilterOptions = {},
): CompiledFilter {
  const test = inBestOrder(rowTest(filter, true, slotOf), sample);
  const made = codegen ? generated(test) : undefined;
  if (made !== undefined) return made;
  const matches = testClosure(test);
  return { matches, select: (rows) => rows.filter(matches), generated: false };
}

function generated(test: RowTest): CompiledFilter | undefined {
  const inputs = new CodeInputs();
  const passes = testCode(test, inputs);
  const select = `function(rows){let x;const kept=[];for(let i=0;i<rows.length;i++){const r=rows[i];if(${passes})kept.push(r);}return kept;}`;
  const code = `"use strict";${inputs.declarations()}return {generated:true,select:${select},matches:function(r){let x;return ${passes};}};`;
  const made = generate(['k', 'v'], code, [inputs.keys, inputs.values]);
  return isCompiled(made) ? made : undefined;
}

/** What the code above gives back. */
function isCompiled(made: unknown): made is CompiledFilter {
  return typeof made === 'object' && made !== null && 'select' in made && 'matches' in made;
}

/** The members of the outermost `and`, those within each other as one, in the order that costs least on `sample`. */
function inBestOrder(test: RowTest, sample: readonly RowRecord[]): RowTest {
  const tests = members(test);
  if (sample.length === 0 || tests.length < 2 || tests.length > MOST_FILTERS) return test;
  const passed = PassSample.of(sample, tests.map(testClosure));
  const filters = tests.map((each, place) => ({
    selectivity: passed.passing([place]),
    cost: testCost(each),
  }));
  const places = bestPlaces(filters, (set) => passed.passing(set));
  return { kind: 'all', tests: places.flatMap((place) => tests[place] ?? []) };
}

function members(test: RowTest): readonly RowTest[] {
  return test.kind === 'all' ? test.tests.flatMap(members) : [test];
}
