import type { Dialect } from '@perf/contracts';
import type { PlanFormat, ReadPlan } from '@perf/optimizer';
import { openEngineAt } from '../data/engine-at.ts';
import { readText } from './read-text.ts';

/** What to ask, and of whom. */
export interface Question {
  readonly url: string;
  /** File of the statement; `-` is stdin. */
  readonly sql: string;
  readonly analyze: boolean;
}

/** The formats in which an engine would have written its plan. */
const FORMATS: Readonly<Record<Dialect, PlanFormat>> = {
  postgres: 'postgres',
  mysql: 'mysql',
  sqlite: 'sqlite',
  duckdb: 'duckdb',
};

/** The plan that a database has for a statement. */
export async function explained({ url, sql, analyze }: Question, signal: AbortSignal): Promise<ReadPlan> {
  // One statement: what the shells of databases end it with is none of it.
  const text = (await readText(sql)).trim().replace(/;+$/, '');
  await using at = await openEngineAt(url);
  const { engine } = at;
  const plan = await engine.explain({ dialect: engine.dialect, text, parameters: [] }, { analyze, signal });
  return { format: FORMATS[engine.dialect], plan, analyzed: analyze, notes: [] };
}
