/** Patterns kept compiled; one statement uses few. */
const MOST_PATTERNS = 100;
const patterns = new Map<string, RegExp>();

type SqlValue = null | bigint | number | string | Uint8Array;

/** Functions that statements may call because SQLite has no such thing or only for ASCII. Null in, null out. */
export const SQL_FUNCTIONS: Readonly<Record<string, (...values: unknown[]) => SqlValue>> = {
  /** Lower case by Unicode, one code point at a time as DuckDB has it; SQLite's own knows ASCII. */
  perf_lower: (text) => (typeof text === 'string' ? lower(text) : null),
  /** One form for all texts of one instant; what is no instant stays as it is. */
  perf_instant: (stored) => commonInstant(stored),
  /** `perf_regex(text, pattern)`: 1 when the pattern is found. The pattern is one that `patternFault` accepts. */
  perf_regex: (text, pattern) =>
    typeof text === 'string' && typeof pattern === 'string' ? BigInt(compiled(pattern).test(text)) : null,
  /** `perf_distance(a, b)`: Levenshtein distance in code points. */
  perf_distance: (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? BigInt(levenshtein(a, b)) : null,
};

/** JS looks at the neighbours of a capital sigma, and has two code points for a dotted capital I: nothing else differs. */
function lower(text: string): string {
  return text.replaceAll('\u03a3', '\u03c3').replaceAll('\u0130', 'i').toLowerCase();
}

/** As `rowValue` reads them. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z?$/;
const BLANK = 32;

/** `YYYY-MM-DD HH:MM:SS` with a point and nine digits, so that texts sort as instants do. */
function commonInstant(stored: unknown): SqlValue {
  if (typeof stored !== 'string') return isSqlValue(stored) ? stored : null;
  // The usual form: this runs for every row.
  if (stored.length === 19 && stored.charCodeAt(10) === BLANK) return `${stored}.000000000`;
  const match = INSTANT.exec(stored);
  return match === null ? stored : `${match[1]} ${match[2]}.${(match[3] ?? '').padEnd(9, '0')}`;
}

function isSqlValue(value: unknown): value is SqlValue {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint8Array;
}

function compiled(pattern: string): RegExp {
  const kept = patterns.get(pattern);
  if (kept !== undefined) return kept;
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  const fresh = new RegExp(pattern, 'su');
  patterns.set(pattern, fresh);
  return fresh;
}

/** Wagner and Fischer's algorithm (1974) with two rows. */
function levenshtein(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  let above = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (const [i, sign] of left.entries()) {
    const row = [i + 1];
    for (const [j, other] of right.entries())
      row.push(
        Math.min((row[j] ?? 0) + 1, (above[j + 1] ?? 0) + 1, (above[j] ?? 0) + (sign === other ? 0 : 1)),
      );
    above = row;
  }
  return above[right.length] ?? 0;
}
