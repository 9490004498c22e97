import { PerfError } from '@perf/contracts';

/** Longest name of a sheet in UTF-16 units. */
const MAX_NAME = 31;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[[\]:*?/\\\u0000-\u001f\ufffe\uffff]/;

/** Refuses a name that Excel does not take for a sheet. */
export function checkSheetName(name: string): void {
  const fault = faultOf(name);
  if (fault === undefined) return;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${JSON.stringify(name)} cannot be the name of a sheet: ${fault}`,
  );
}

/** Name of sheet `number`, from 1: the name itself, then numbered, as short as it must be. */
export function numberedName(name: string, number: number): string {
  if (number === 1) return name;
  const suffix = ` (${number})`;
  return name.slice(0, MAX_NAME - suffix.length).toWellFormed() + suffix;
}

function faultOf(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return 'it must be a text';
  if (name.length > MAX_NAME) return `it has ${name.length} characters, ${MAX_NAME} at most`;
  if (!name.isWellFormed()) return 'it holds half a character';
  if (FORBIDDEN.test(name)) return String.raw`it must not hold [ ] : * ? / \ or control characters`;
  if (name.startsWith("'") || name.endsWith("'")) return "it must not begin or end with '";
  return name.toLowerCase() === 'history' ? 'Excel keeps that name for itself' : undefined;
}
