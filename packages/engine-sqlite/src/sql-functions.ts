/** Patterns kept compiled; one statement uses few. */
const MOST_PATTERNS = 100;
const patterns = new Map<string, RegExp>();

/** Functions that statements may call because SQLite has no such thing or only for ASCII. Null in, null out. */
export const SQL_FUNCTIONS: Readonly<Record<string, (...values: unknown[]) => null | bigint | string>> = {
  /** Lower case by Unicode; SQLite's own knows ASCII. */
  perf_lower: (text) => (typeof text === 'string' ? text.toLowerCase() : null),
  /** `perf_regex(text, pattern)`: 1 when the pattern is found. The pattern is one that `patternFault` accepts. */
  perf_regex: (text, pattern) =>
    typeof text === 'string' && typeof pattern === 'string' ? BigInt(compiled(pattern).test(text)) : null,
  /** `perf_distance(a, b)`: Levenshtein distance in code points. */
  perf_distance: (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? BigInt(levenshtein(a, b)) : null,
};

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
