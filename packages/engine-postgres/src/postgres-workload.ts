import type { WorkloadStatement } from '@perf/contracts';
import type { Answer, Row, ServerFacts } from './server.ts';
import { quotedName } from './session.ts';

/** The first version whose entries tell since when they count. */
const ENTRIES_TELL_SINCE = 170_000;
/** The first version that tells since when all are counted. */
const TELLS_SINCE = 140_000;

/** What `pg_stat_statements` has of this database, without what this engine asked; empty without the extension. */
export async function readWorkload(
  ask: Answer,
  { statStatements, version }: ServerFacts,
  limit: number,
): Promise<readonly WorkloadStatement[]> {
  if (statStatements === undefined) return [];
  const schema = quotedName(statStatements);
  const since =
    version >= ENTRIES_TELL_SINCE
      ? 's.stats_since'
      : version >= TELLS_SINCE
        ? `(SELECT stats_reset FROM ${schema}.pg_stat_statements_info)`
        : 'pg_catalog.pg_postmaster_start_time()';
  const rows = await ask(
    `/*perf*/ SELECT s.query::text AS statement, s.calls::int8 AS calls, s.mean_exec_time::float8 AS mean,
      s.rows::int8 AS affected, greatest(1, extract(epoch FROM now() - ${since}))::float8 AS seconds
    FROM ${schema}.pg_stat_statements s JOIN pg_catalog.pg_database d ON d.oid = s.dbid AND d.datname = current_database()
    WHERE s.query ~* '^\\s*(/\\*.*?\\*/\\s*)*(select|with|insert|update|delete|merge|values|table)\\M'
      AND s.query NOT LIKE '/*perf*/%' AND s.query NOT LIKE 'SELECT pg_catalog.set_config(%'
    ORDER BY s.total_exec_time DESC LIMIT $1::int`,
    [String(limit)],
  ).catch(ofNoRight);
  return rows.map(workloadStatement);
}

function workloadStatement(row: Row): WorkloadStatement {
  const text = String(row['statement']);
  const writes = /\b(insert\s+into|update|delete\s+from|merge\s+into)\b/i.test(text);
  return {
    text,
    calls: Number(row['calls']),
    meanMs: Number(row['mean']),
    ...(writes ? { writesPerS: Number(row['affected']) / Number(row['seconds']) } : {}),
  };
}

/** The library may not be loaded, or the view not be ours to read: then there is no record. */
function ofNoRight(error: unknown): readonly Row[] {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === '42501' || code === '55000') return [];
  throw error;
}
