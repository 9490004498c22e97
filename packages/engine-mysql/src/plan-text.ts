import type { ExecutionPlan } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** An object of a plan's JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deepest nesting that is followed; plans of people are a tenth of it. */
export const MOST_DEPTH = 400;

/** Tells an object of JSON from everything else. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON of a plan. Throws `ERR_PERF_ENGINE_FAILED` for what is none. */
export function parsedPlan(text: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch {
    // Said below; the parser's own words would quote the text.
  }
  throw unreadable('it is no JSON object');
}

/** The error for a plan that cannot be read. */
export function unreadable(why: string): PerfError {
  return new PerfError('ERR_PERF_ENGINE_FAILED', `the server's plan cannot be read: ${why}`);
}

/** A finite number, also one that is written as text; undefined for everything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Bytes of a size as plans write it, as in `256KiB` and `1Kb`. */
export function bytesOf(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMG])i?)?B?$/i.exec(
    typeof value === 'number' ? String(value) : textOf(value),
  );
  if (match === null) return undefined;
  const power = { K: 1, M: 2, G: 3 }[match[2]?.toUpperCase() ?? ''] ?? 0;
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** A text; empty for everything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a list. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The parts that are there, as a node's detail. */
export function detailOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('; ');
}

/** A condition behind its name, without its literals; nothing when there is none. */
export function condition(name: string, value: unknown): string | undefined {
  const text = textOf(value);
  return text === '' ? undefined : `${name}: ${redacted(text)}`;
}

/** Strings, quoted names, and numbers that stand alone. */
const TOKENS =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|(?<![\w#.$])[-+]?(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?)(?![\w$])/gis;

/** Literals never leave in plans: strings and numbers become `?`. Nothing is shown of a text whose quotes do not end. */
export function redacted(text: string): string {
  const shown = text.replace(TOKENS, (token) => (token.startsWith('`') ? token : '?'));
  return /['"]/.test(shown.replace(/`(?:[^`]|``)*`/g, '')) ? '?' : shown;
}

/** A node without the figures that are unknown. */
export function nodeOf(
  node: { readonly operator: string; readonly detail: string; readonly children: readonly ExecutionPlan[] },
  known: { readonly [Key in keyof ExecutionPlan]?: ExecutionPlan[Key] | undefined },
): ExecutionPlan {
  const figures = Object.fromEntries(
    Object.entries(known).filter(([, value]) =>
      typeof value === 'number' ? Number.isFinite(value) : value !== undefined,
    ),
  );
  return { ...node, ...figures, children: node.children };
}
