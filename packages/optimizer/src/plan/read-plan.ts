import { PerfError } from '@perf/contracts';
import { duckDbPlan, isDuckDbPlan } from './duckdb-plan.ts';
import type { JsonRecord } from './json-value.ts';
import { noPlan, recordOf } from './json-value.ts';
import { isMariadbBlock, mariadbPlan } from './mariadb-plan.ts';
import { mysqlPlan } from './mysql-plan.ts';
import { isMysqlPlan2, mysqlPlan2 } from './mysql-plan-2.ts';
import { isMysqlTree, mysqlTree } from './mysql-tree.ts';
import { isOwnPlan, ownPlan } from './own-plan.ts';
import { jsonIn } from './plan-json.ts';
import type { PlanFormat, PlanReading, ReadPlan } from './plan-reading.ts';
import { walkPlan } from './plan-walk.ts';
import { isPostgresPlan, postgresPlan } from './postgres-plan.ts';
import { isSqliteRows, isSqliteTree, sqliteRows, sqliteTree } from './sqlite-plan.ts';

/** Most characters of a text that is read. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/**
 * Reads a plan as users paste or save it, and says by itself what wrote it:
 * `EXPLAIN (FORMAT JSON)` of Postgres, with or without ANALYZE and BUFFERS, also objects of auto_explain;
 * `EXPLAIN FORMAT=JSON` and `ANALYZE FORMAT=JSON` of MariaDB; `EXPLAIN FORMAT=JSON` of MySQL and the tree of its
 * `EXPLAIN ANALYZE`; rows of `EXPLAIN QUERY PLAN` of SQLite as JSON, or the tree of its shell;
 * `EXPLAIN (FORMAT JSON)` of DuckDB, with or without ANALYZE; and plans of Perf. Frames of the engines' shells and lines of
 * a log around the JSON are left out. Throws `ERR_PERF_INVALID_VALUE` for everything else; the message holds nothing of the text.
 *
 * @param options.format refuses every other format @default whatever it is
 */
export function readPlan(text: string, options: { readonly format?: PlanFormat } = {}): ReadPlan {
  if (text.length > MOST_CHARACTERS) throw noPlan(`at most ${MOST_CHARACTERS} characters`);
  const [format, reading] = readText(text);
  if (options.format !== undefined && options.format !== format)
    throw new PerfError('ERR_PERF_INVALID_VALUE', `the plan is of format ${format}, not ${options.format}`);
  const analyzed = walkPlan(reading.plan).some(
    ({ node }) => node.actualRows !== undefined || node.totalMs !== undefined || node.selfMs !== undefined,
  );
  return { format, analyzed, ...reading };
}

function readText(text: string): readonly [PlanFormat, PlanReading] {
  const json = jsonIn(text);
  const found = json === undefined ? undefined : readJson(json);
  if (found !== undefined) return found;
  if (isMysqlTree(text)) return ['mysql-tree', mysqlTree(text)];
  if (isSqliteTree(text)) return ['sqlite', sqliteTree(text)];
  if (/\(cost=\d/.test(text))
    throw noPlan('JSON, as of EXPLAIN (FORMAT JSON), not the text form of Postgres');
  throw noPlan('JSON or a tree of EXPLAIN');
}

function readJson(json: unknown): readonly [PlanFormat, PlanReading] | undefined {
  if (typeof json === 'string') return readText(json);
  const first = recordOf(Array.isArray(json) ? json[0] : json);
  if (first === undefined) return undefined;
  const wrapped = wrappedPlan(first);
  if (wrapped !== undefined) return readJson(wrapped);
  if (isPostgresPlan(first)) return ['postgres', postgresPlan(first)];
  const block = recordOf(first['query_block']);
  if (block !== undefined)
    return isMariadbBlock(first) ? ['mariadb', mariadbPlan(first)] : ['mysql', mysqlPlan(block)];
  if (isSqliteRows(json)) return ['sqlite', sqliteRows(json)];
  if (isOwnPlan(first)) return ['perf', ownPlan(first)];
  if (isDuckDbPlan(first)) return ['duckdb', duckDbPlan(json)];
  if (isMysqlPlan2(first)) return ['mysql', mysqlPlan2(first)];
  return undefined;
}

/** Columns in which drivers hand a plan over. */
const COLUMNS = ['QUERY PLAN', 'EXPLAIN', 'ANALYZE', 'explain_value'];

function wrappedPlan(row: JsonRecord): unknown {
  const column = COLUMNS.find((name) => name in row);
  return column === undefined ? undefined : row[column];
}
