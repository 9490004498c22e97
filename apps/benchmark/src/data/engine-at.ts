import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { QueryEngine } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import { ClosingStack } from './closing-stack.ts';
import { missingPackage } from './missing-package.ts';

/** An engine over a database that somebody has. Disposing closes the engine and its connections. */
export interface EngineAt extends AsyncDisposable {
  readonly engine: QueryEngine;
}

/** What URLs may look like, for help and messages. */
export const ENGINE_URLS = 'sqlite:FILE, duckdb:FILE, postgres://HOST/DATABASE or mysql://HOST/DATABASE';

/**
 * Opens the engine that a URL names: `sqlite:FILE` and `duckdb:FILE` for reading only, `postgres://` and `mysql://` (also
 * `mariadb://`) over a pool of two connections. Engines and drivers are loaded when they are needed. A URL that names none is
 * `ERR_PERF_INVALID_OPTION`, a missing package `ERR_PERF_MISSING_PACKAGE`, a database that does not open
 * `ERR_PERF_OPEN_FAILED`; no message holds a password.
 */
export async function openEngineAt(url: string): Promise<EngineAt> {
  const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const open = OPENERS.get(scheme);
  if (open === undefined)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `the URL must be ${ENGINE_URLS}${scheme === '' ? '' : `, got one of ${scheme}:`}`,
    );
  const closing = new ClosingStack();
  try {
    const engine = closing.use(await open(url, closing));
    return { engine, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() };
  } catch (cause) {
    await closing[Symbol.asyncDispose]();
    if (isPerfError(cause)) throw cause;
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot open ${shown(url)}`, { cause });
  }
}

type Opener = (url: string, closing: ClosingStack) => Promise<QueryEngine>;

/** Connections of a pool: one for a statement, one to cancel it. */
const POOL_SIZE = 2;

const sqlite: Opener = async (url) => {
  const { SqliteEngine } = await loaded('@perf/engine-sqlite', () => import('@perf/engine-sqlite'));
  return SqliteEngine.open(await fileIn(url), { readOnly: true });
};

const duckdb: Opener = async (url) => {
  const { DuckDbEngine } = await loaded('@perf/engine-duckdb', () => import('@perf/engine-duckdb'));
  return DuckDbEngine.open(await fileIn(url), { readOnly: true });
};

const postgres: Opener = async (url, closing) => {
  const { PostgresEngine } = await loaded('@perf/engine-postgres', () => import('@perf/engine-postgres'));
  const { default: pg } = await loaded('pg', () => import('pg'));
  const pool = new pg.Pool({ connectionString: checked(url), max: POOL_SIZE });
  // An idle connection that breaks is replaced by the pool; unheard, its error would end the process.
  pool.on('error', () => undefined);
  closing.defer(() => pool.end());
  return PostgresEngine.open(pool);
};

const mysql: Opener = async (url, closing) => {
  const { MysqlEngine } = await loaded('@perf/engine-mysql', () => import('@perf/engine-mysql'));
  const { createPool } = await loaded('mysql2', () => import('mysql2/promise'));
  const uri = checked(url).replace(/^mariadb:/i, 'mysql:');
  const pool = createPool({ uri, connectionLimit: POOL_SIZE });
  closing.defer(() => pool.end());
  return new MysqlEngine(pool);
};

const OPENERS: ReadonlyMap<string, Opener> = new Map([
  ['sqlite', sqlite],
  ['duckdb', duckdb],
  ['postgres', postgres],
  ['postgresql', postgres],
  ['mysql', mysql],
  ['mariadb', mysql],
]);

/** The module, or `ERR_PERF_MISSING_PACKAGE` where it is not installed. */
async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')
      throw missingPackage(name, cause);
    throw cause;
  }
}

/** A file that is there: neither engine shall make a new one. */
async function fileIn(url: string): Promise<string> {
  const name = url.slice(url.indexOf(':') + 1).replace(/^\/\/(?=\/|\.)/, '');
  if (name === '') throw new PerfError('ERR_PERF_INVALID_OPTION', `the URL names no file: ${url}`);
  const path = resolve(name);
  try {
    await access(path);
    return path;
  } catch (cause) {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${path}`, { cause });
  }
}

function checked(url: string): string {
  if (URL.canParse(url)) return url;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `the URL of the database cannot be read; write ${ENGINE_URLS}`,
  );
}

/** The URL without what is secret in it. */
function shown(url: string): string {
  if (!URL.canParse(url)) return url.slice(0, url.indexOf(':') + 1);
  const { protocol, host, pathname } = new URL(url);
  return host === '' ? `${protocol}${pathname}` : `${protocol}//${host}${pathname}`;
}
