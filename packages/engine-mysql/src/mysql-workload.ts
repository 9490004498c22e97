import type { WorkloadStatement } from '@perf/contracts';
import type { Ask } from './mysql-catalog.ts';

/** Times are picoseconds. */
const PER_MS = 1e9;

const DIGESTS = (
  limit: number,
): string => `SELECT DIGEST_TEXT AS text, COUNT_STAR AS calls, SUM_TIMER_WAIT AS waited, SUM_ROWS_AFFECTED AS written,
  TIMESTAMPDIFF(SECOND, FIRST_SEEN, NOW()) AS seconds FROM performance_schema.events_statements_summary_by_digest
  WHERE SCHEMA_NAME = DATABASE() AND DIGEST_TEXT IS NOT NULL AND COUNT_STAR > 0 ORDER BY SUM_TIMER_WAIT DESC LIMIT ${limit}`;

/**
 * The statements that took most time in this database, with `?` for their literals. MariaDB tells nothing of prepared
 * statements by their text, only of those that are sent as text.
 */
export async function readWorkload(ask: Ask, limit: number): Promise<readonly WorkloadStatement[]> {
  const rows = await ask(DIGESTS(limit));
  return rows.map((row) => {
    const [calls, written] = [Number(row['calls']), Number(row['written'])];
    return {
      text: String(row['text']).trim(),
      calls,
      meanMs: Number(row['waited']) / PER_MS / calls,
      ...(written > 0 ? { writesPerS: written / Math.max(1, Number(row['seconds'])) } : {}),
    };
  });
}
