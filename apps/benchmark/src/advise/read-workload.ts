import type { WorkloadStatement } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { JsonReader } from '../stats/json-reader.ts';

/** Most statements of a workload. */
const MOST = 100_000;

/**
 * Reads a workload: JSON lines `{ sql, calls, meanMs, writesPerS? }`, or SQL with `;` between statements, where a comment `-- calls: 20` before a statement
 * tells how often it runs (once without), and `-- ms: 3.5` how long. `ERR_PERF_INVALID_VALUE` for anything else, with the line and nothing of the text.
 */
export function readWorkload(text: string): readonly WorkloadStatement[] {
  const plain = text.replace(/^\uFEFF/, '');
  const workload = /^\s*\{/.test(plain) ? fromJsonLines(plain) : fromSql(plain);
  if (workload.length === 0) throw new PerfError('ERR_PERF_INVALID_VALUE', 'the workload has no statement');
  if (workload.length > MOST)
    throw new PerfError('ERR_PERF_INVALID_VALUE', `the workload has more than ${MOST} statements`);
  return workload;
}

function fromJsonLines(text: string): readonly WorkloadStatement[] {
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : fromLine(line, i + 1)));
}

function fromLine(line: string, number: number): WorkloadStatement {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // What JSON.parse says may hold a piece of the text.
    throw new PerfError('ERR_PERF_INVALID_VALUE', `line ${number} of the workload is not JSON`);
  }
  const statement = new JsonReader(value, `line ${number}`);
  const writesPerS = statement.at('writesPerS').maybe((each) => each.number(0));
  return {
    text: statement.at('sql').text(1_000_000),
    calls: statement.at('calls').maybe((each) => each.number(0)) ?? 1,
    meanMs: statement.at('meanMs').maybe((each) => each.number(0)) ?? 0,
    ...(writesPerS === undefined ? {} : { writesPerS }),
  };
}

function fromSql(text: string): readonly WorkloadStatement[] {
  return statementsIn(text).map((part) => {
    const calls = figure(part, 'calls') ?? 1;
    return { text: withoutFirstComments(part), calls, meanMs: figure(part, 'ms') ?? 0 };
  });
}

function figure(part: string, name: string): number | undefined {
  const found = new RegExp(String.raw`^\s*--\s*${name}\s*:\s*(\d+(?:\.\d+)?)\s*$`, 'im').exec(part)?.[1];
  return found === undefined ? undefined : Number(found);
}

function withoutFirstComments(part: string): string {
  return part.replace(/^(?:\s*--[^\n]*(?:\n|$))+/, '').trim();
}

/** Parts between semicolons that stand in no text, name or comment; those of comments alone are left out. */
function statementsIn(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { 0: token, index } of text.matchAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\/|;/g,
  )) {
    if (token !== ';') continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  parts.push(text.slice(start));
  return parts.filter((part) => withoutFirstComments(part) !== '');
}
