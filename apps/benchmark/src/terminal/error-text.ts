import { isPerfError } from '@perf/contracts';

/**
 * Code, message and cause, a line each. What has no code is a fault of this program and is told with its stack. Signs that
 * would steer the terminal are spelt out.
 */
export function errorText(error: unknown): string {
  return rawText(error).replace(
    /[^\P{Cc}\n]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function rawText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = errorCode(error);
  if (code === undefined) return error.stack ?? error.message;
  // Errors of Node begin with their code already.
  const message = error.message.startsWith(`${code}: `)
    ? error.message.slice(code.length + 2)
    : error.message;
  return `${code}: ${message}${because(error)}`;
}

/** Whether the arguments were wrong. */
export function isUsageError(error: unknown): boolean {
  return (
    isPerfError(error, 'ERR_PERF_INVALID_OPTION') || errorCode(error)?.startsWith('ERR_PARSE_ARGS') === true
  );
}

/** Whether somebody stopped reading what was written to them, as `head` does. */
export function isBrokenPipe(error: unknown): boolean {
  return errorCode(error) === 'EPIPE' || (error instanceof Error && isBrokenPipe(error.cause));
}

/** The first line of the cause, unless the message holds it. */
function because({ message, cause }: Error): string {
  const line = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
  return line === '' || message.includes(line) ? '' : `\n  because ${line}`;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
