import { PerfError } from '@perf/contracts';

/** What is known of a failure of the server or the driver, without values. */
class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure';
  /** The server's five characters (`42P01`), or the system's (`ECONNREFUSED`); absent when there is none. */
  readonly code: string | undefined;
  /** Where in the statement, counted from 1; absent when the server did not say. */
  readonly position: number | undefined;

  constructor(message: string, code: string | undefined, position: number | undefined) {
    super(message);
    this.code = code;
    this.position = position;
  }
}

/**
 * The error of a statement that the server refused or failed: its message, where literals are left out. What the server
 * adds of rows and contexts is not kept, since it quotes values.
 */
export function engineFailed(cause: unknown): PerfError {
  if (cause instanceof PerfError) return cause;
  const failure = failureOf(cause);
  return new PerfError('ERR_PERF_ENGINE_FAILED', `Postgres failed the statement: ${failure.message}`, {
    cause: failure,
  });
}

/** The error for a pool that gives no client. */
export function openFailed(cause: unknown): PerfError {
  const failure = failureOf(cause);
  return new PerfError('ERR_PERF_OPEN_FAILED', `the pool gave no connection: ${failure.message}`, {
    cause: failure,
  });
}

function failureOf(cause: unknown): PostgresFailure {
  if (!(cause instanceof Error)) return new PostgresFailure('unknown failure', undefined, undefined);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const position = 'position' in cause ? Number(cause.position) : Number.NaN;
  const first =
    cause.message === '' && cause instanceof AggregateError ? cause.errors.join('; ') : cause.message;
  return new PostgresFailure(
    withoutValues(first, code),
    code,
    Number.isInteger(position) ? position : undefined,
  );
}

/** Codes whose messages quote names between `"` and no values: unknown tables and columns, rights, types. */
const QUOTES_NAMES = /^(42(?!601)|3F|3D|28|0A|25|55|57|08)/;

function withoutValues(message: string, code: string | undefined): string {
  const singles = message.replaceAll(/'(?:[^']|'')*'/g, '?');
  if (code === undefined || QUOTES_NAMES.test(code)) return singles;
  // A syntax error tells the word at which it was found: a literal too, when it was one.
  if (code === '42601') return singles.replaceAll(/"(?![A-Za-z_][\w$]*")[^"]*"?/g, '"?"');
  return singles.replaceAll(/"[^"]*"/g, '"?"').replaceAll(/: .*$/gs, '');
}
