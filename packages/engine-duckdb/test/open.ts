import type { ExecuteOptions, Parameter, Schema, Statement } from '@perf/contracts';
import { answerRows } from '@perf/contracts';
import type { DuckDbEngine } from '@perf/engine-duckdb';

/** A statement for DuckDB. */
export function sql(text: string, parameters: readonly Parameter[] = []): Statement {
  return { dialect: 'duckdb', text, parameters };
}

/** The whole answer as rows, and its schema. */
export async function ask(
  engine: DuckDbEngine,
  text: string,
  options: ExecuteOptions & { readonly parameters?: readonly Parameter[] } = {},
): Promise<{ readonly schema: Schema; readonly rows: readonly (readonly unknown[])[] }> {
  const { parameters, ...rest } = options;
  const stream = await engine.execute(sql(text, parameters), rest);
  const batches = await Array.fromAsync(stream);
  return { schema: stream.schema, rows: answerRows({ schema: stream.schema, batches }) };
}

/** The rows alone. */
export async function rowsOf(
  engine: DuckDbEngine,
  text: string,
  parameters: readonly Parameter[] = [],
): Promise<readonly (readonly unknown[])[]> {
  return (await ask(engine, text, { parameters })).rows;
}
