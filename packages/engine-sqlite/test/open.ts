import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerRows } from '@perf/contracts';
import type { ExecuteOptions, Parameter, Schema, Statement } from '@perf/contracts';
import type { SqliteEngine } from '@perf/engine-sqlite';

/** A statement for SQLite. */
export function sql(text: string, parameters: readonly Parameter[] = [], schema?: Schema): Statement {
  return { dialect: 'sqlite', text, parameters, ...(schema === undefined ? {} : { schema }) };
}

/** The whole answer as rows, and its schema. */
export async function ask(
  engine: SqliteEngine,
  statement: Statement,
  options: ExecuteOptions = {},
): Promise<{ readonly schema: Schema; readonly rows: readonly (readonly unknown[])[] }> {
  const stream = await engine.execute(statement, options);
  const batches = await Array.fromAsync(stream);
  return { schema: stream.schema, rows: answerRows({ schema: stream.schema, batches }) };
}

/** The rows alone. */
export async function rowsOf(
  engine: SqliteEngine,
  text: string,
  parameters: readonly Parameter[] = [],
): Promise<readonly (readonly unknown[])[]> {
  return (await ask(engine, sql(text, parameters))).rows;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { readonly file: (name: string) => string }
> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-sqlite-'));
  return {
    file: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
