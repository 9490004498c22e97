import type { ExecutionPlan, Statement } from '@perf/contracts';
import { PerfError, answerRows } from '@perf/contracts';
import type { DriverConnection } from './driver.ts';
import { planFromMariadb } from './mariadb-plan.ts';
import { engineError } from './mysql-errors.ts';
import { planFromMysql } from './mysql-plan.ts';
import { planFromTree } from './mysql-tree.ts';
import { numberOf } from './plan-text.ts';
import type { Runner } from './runner.ts';
import type { ServerFacts } from './sessions.ts';
import { rowsOf } from './sessions.ts';
import { onlyReads } from './statement-text.ts';

/** The plan of a statement; with `analyze` it is run, in a transaction that may not write. */
export async function explained(
  runner: Runner,
  statement: Statement,
  options: { readonly analyze?: boolean; readonly signal?: AbortSignal | undefined },
): Promise<ExecutionPlan> {
  const { analyze = false, signal } = options;
  if (analyze && !onlyReads(statement.text))
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      'EXPLAIN ANALYZE runs the statement, so it must be one that only reads',
    );
  const { connection, facts } = await runner.take(signal);
  if (!analyze) return readPlan(runner, connection, facts, statement, { analyze, signal });
  try {
    await rowsOf(connection, 'START TRANSACTION READ ONLY');
  } catch (error) {
    connection.destroy();
    throw engineError(error);
  }
  return readPlan(runner, connection, facts, statement, { analyze, signal });
}

async function readPlan(
  runner: Runner,
  connection: DriverConnection,
  facts: ServerFacts,
  statement: Statement,
  { analyze, signal }: { readonly analyze: boolean; readonly signal: AbortSignal | undefined },
): Promise<ExecutionPlan> {
  let usable = false;
  const { schema: _, ...written } = statement;
  const stream = await runner
    .runOn(
      connection,
      facts,
      { ...written, text: `${command(facts, analyze)} ${statement.text}` },
      { signal, shape: 'rows', batchRows: 1 },
      () => {
        usable = true;
      },
    )
    .catch(async (error: unknown) => {
      if (usable) await giveBack(connection, analyze);
      throw error;
    });
  try {
    const batches = await Array.fromAsync(stream);
    const [row] = answerRows({ schema: stream.schema, batches });
    const text = typeof row?.[0] === 'string' ? row[0] : JSON.stringify(row?.[0] ?? null);
    if (facts.flavour === 'mysql') return analyze ? planFromTree(text) : planFromMysql(text);
    return planFromMariadb(text, await lastCost(connection));
  } finally {
    if (usable) await giveBack(connection, analyze);
  }
}

function command({ flavour }: ServerFacts, analyze: boolean): string {
  if (!analyze) return 'EXPLAIN FORMAT=JSON';
  return flavour === 'mariadb' ? 'ANALYZE FORMAT=JSON' : 'EXPLAIN ANALYZE';
}

/** MariaDB's plans have no cost before version 11; its session knows that of the last statement, when it is a plain one. */
async function lastCost(connection: DriverConnection): Promise<number | undefined> {
  const [row] = await rowsOf(connection, `SHOW SESSION STATUS LIKE 'Last_query_cost'`);
  return numberOf(row?.[1]);
}

/** The connection goes back outside of any transaction, or not at all. */
async function giveBack(connection: DriverConnection, inTransaction: boolean): Promise<void> {
  try {
    if (inTransaction) await rowsOf(connection, 'ROLLBACK');
    connection.release();
  } catch {
    // The connection is lost: whoever asks the pool next gets another.
    connection.destroy();
  }
}
