/** Longest chain that is printed without further parentheses. */
const FLAT = 8;

/**
 * Conditions joined by `word`, a long chain as a balanced tree of parentheses: SQLite reads `a OR b OR c` as nested
 * expressions, and refuses more than 1,000 levels.
 */
export function chained(parts: readonly string[], word: 'AND' | 'OR'): string {
  if (parts.length <= FLAT) return parts.join(` ${word} `);
  const half = Math.ceil(parts.length / 2);
  return `(${chained(parts.slice(0, half), word)}) ${word} (${chained(parts.slice(half), word)})`;
}
