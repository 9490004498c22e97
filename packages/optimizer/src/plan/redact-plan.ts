import type { ExecutionPlan } from '@perf/contracts';
import { mapPlan } from './plan-walk.ts';

/**
 * The plan with `?` for every literal in its details: quoted texts and numbers. Names of tables, columns and indexes stay.
 * Engines quote and escape in different ways: where a text could be read in two ways, all of it becomes `?`.
 */
export function redactPlan(plan: ExecutionPlan): ExecutionPlan {
  return mapPlan(plan, (node) => {
    const detail = isPlainLimit(node) ? node.detail : redactText(node.detail);
    return detail === node.detail ? node : { ...node, detail };
  });
}

/** How many rows a limit lets pass tells nothing of the data. */
function isPlainLimit({ operator, detail }: ExecutionPlan): boolean {
  return operator === 'limit' && /^[\w ,:/()]*$/.test(detail);
}

/**
 * A count that was put there in place of literals or by a reader of plans, a quoted text, a quoted name, the name of a subplan, or whatever begins with a digit and is no part of a name, of `$1` or
 * of `#0`. `''` inside a text is a quote.
 */
const TOKEN =
  /\? × \d+|(?<=^|; )(?:Workers Planned|Workers Launched|Hash Batches|HashAgg Batches|Heap Fetches|Subplans Removed|rows examined per scan|merge passes on disk|CTE Index|Top|limit): \d+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|(?:SubPlan|InitPlan|SUBQUERY|Select) #?\d+|(?<![\w$#])[-+]?\.?\d(?:e[-+]?\d|[\w.])*/gi;

/** Introducers that may stand before a quoted text without a blank. */
const INTRODUCER = /(?:^|[^\p{L}\p{N}_"`])(?:[EBXN]|U&|DATE|TIME|TIMESTAMP|_[a-z0-9]+)$/iu;

/** A text of a plan with `?` for its literals; `?` alone where it is not certain what is a literal. */
export function redactText(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const between = text.slice(end, match.index);
    const [token] = match;
    if (/['"`]/.test(between)) return '?';
    const isQuoted = /^['"`]/.test(token);
    if (isQuoted && !isClear(token, text, match.index)) return '?';
    parts.push(between, redactedToken(token));
    end = match.index + token.length;
  }
  const rest = text.slice(end);
  return /['"`]/.test(rest) ? '?' : [...parts, rest].join('');
}

/** Whether a quoted token can only be what it looks like: nothing is escaped by a backslash, and no name holds a quote. */
function isClear(token: string, text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 32), at);
  const after = text[at + token.length] ?? ' ';
  if (/[\p{L}\p{N}_]/u.test(after) || token.includes("\\'") || token.includes('\\"')) return false;
  if (token.startsWith("'")) return !/[\p{L}\p{N}_"`]$/u.test(before) || INTRODUCER.test(before);
  return !token.includes("'") && !/[\p{L}\p{N}_]$/u.test(before);
}

function redactedToken(token: string): string {
  return /^['\d.+-]/.test(token) ? '?' : token;
}
