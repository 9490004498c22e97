import { PerfError, isPerfError } from '@perf/contracts';
import { property } from './driver.ts';

/** What the server said when it refused or failed a statement, without the statement and without any literal of it. */
export interface MysqlFault extends Error {
  /** Name of the error, as in `ER_NO_SUCH_TABLE`; a network error's own name. */
  readonly code: string | undefined;
  /** Number of the error in the server's manual. */
  readonly errno: number | undefined;
  readonly sqlState: string | undefined;
}

/** Errors whose quoted words are names: unknown, ambiguous and missing columns, tables, routines, databases. */
const NAMES = new Set([1049, 1051, 1052, 1054, 1109, 1146, 1176, 1305]);
/** Errors raised by a routine with words of its own. */
const SIGNALLED = 1644;
/** The statement ran longer than its limit: MariaDB, MySQL. */
const TIMED_OUT = new Set([1969, 3024]);
const READ_ONLY = new Set([1792]);

/** Numbers of errors that say that a statement cannot be prepared, only sent as text. */
export const NOT_PREPARABLE = 1295;

/** The number of a driver's error. */
export function errorNumber(error: unknown): number | undefined {
  const errno = property(error, 'errno');
  return typeof errno === 'number' ? errno : undefined;
}

/** The project's error for one of the driver. @param limitMs the limit that the engine has set for statements */
export function engineError(error: unknown, limitMs?: number): PerfError {
  if (isPerfError(error)) return error;
  const cause = faultOf(error);
  const errno = cause.errno ?? -1;
  if (TIMED_OUT.has(errno)) {
    const limit = limitMs === undefined ? 'the limit of the session' : `statementTimeoutMs (${limitMs} ms)`;
    return new PerfError('ERR_PERF_ENGINE_FAILED', `the statement ran longer than ${limit}`, { cause });
  }
  if (READ_ONLY.has(errno))
    return new PerfError(
      'ERR_PERF_UNSUPPORTED',
      'EXPLAIN ANALYZE runs the statement, so it must be one that only reads',
      {
        cause,
      },
    );
  return new PerfError(
    'ERR_PERF_ENGINE_FAILED',
    `the server refused or failed the statement: ${cause.message}`,
    {
      cause,
    },
  );
}

function faultOf(error: unknown): MysqlFault {
  const code = property(error, 'code');
  const sqlState = property(error, 'sqlState');
  const errno = errorNumber(error);
  const said = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(withoutLiterals(said, errno)), {
    code: typeof code === 'string' ? code : undefined,
    errno,
    sqlState: typeof sqlState === 'string' ? sqlState : undefined,
  });
}

/** From the first quote to the last: what stands between may hold quotes of its own. */
function withoutLiterals(message: string, errno: number | undefined): string {
  if (errno === SIGNALLED) return 'a routine raised an error of its own';
  if (errno !== undefined && NAMES.has(errno)) return message;
  return message.replace(/(['"`])[^]*\1/, '?');
}
