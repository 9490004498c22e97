import type { QueryStatistics } from '@perf/contracts';
import type { FindingSeverity } from '@perf/optimizer';
import type { ServerFacts } from './server-facts.ts';

/** Something about the server that is worth an action. */
export interface ServerFinding {
  readonly kind: 'connections' | 'lock-waits' | 'autovacuum' | 'prepared-statements' | 'scans';
  readonly severity: FindingSeverity;
  readonly subject: string;
  readonly what: string;
  readonly fix: string;
}

/** Share of the connections that may be used. */
const MOST_USED = 0.8;
/** Shares of changed rows from which tables are cleaned and analyzed, at most. */
const VACUUM = 0.1;
const ANALYZE = 0.05;
/** A table with this many rows whose scans read that many times what indexes look up is scanned too much. */
const MANY_ROWS = 10_000;
const FAR_ABOVE = 10;
/** Rows that a scan reads on average, as a share of the table, from which it reads all of it. */
const WHOLE = 0.5;

/** What is wrong with the server itself. */
export function serverFindings(
  { connections, autovacuum, prepared, reads = [] }: ServerFacts,
  statistics: QueryStatistics,
): readonly ServerFinding[] {
  const found: ServerFinding[] = [];
  if (connections !== undefined && connections.used > connections.most * MOST_USED)
    found.push({
      kind: 'connections',
      severity: 'high',
      subject: 'server',
      what: `${connections.used} of at most ${connections.most} connections are in use.`,
      fix: 'Let applications share connections in pools, and give each pool a limit.',
    });
  if ((connections?.waiting ?? 0) > 0)
    found.push({
      kind: 'lock-waits',
      severity: 'medium',
      subject: 'server',
      what: `${connections?.waiting ?? 0} connections wait for a lock.`,
      fix: 'Look for long transactions, and keep them short.',
    });
  if (
    autovacuum !== undefined &&
    (!autovacuum.on || autovacuum.vacuum > VACUUM || autovacuum.analyze > ANALYZE)
  )
    found.push({
      kind: 'autovacuum',
      severity: autovacuum.on ? 'low' : 'high',
      subject: 'server',
      what: autovacuum.on
        ? `Tables are cleaned after ${share(autovacuum.vacuum)} of their rows have changed, and analyzed after ${share(autovacuum.analyze)}.`
        : 'Tables are neither cleaned nor analyzed by themselves.',
      fix: `Set autovacuum = on, autovacuum_vacuum_scale_factor = ${VACUUM} and autovacuum_analyze_scale_factor = ${ANALYZE}.`,
    });
  if (prepared?.share !== undefined && prepared.share < 0.5)
    found.push({
      kind: 'prepared-statements',
      severity: 'low',
      subject: 'server',
      what: `${share(prepared.share)} of the statements were prepared.`,
      fix: 'Send statements that repeat as prepared ones: they are read and planned once.',
    });
  for (const { table, scans, scannedRows, indexReads } of reads) {
    const rows = statistics.tables.get(table)?.rows ?? 0;
    const isWhole = scannedRows / Math.max(1, scans) > rows * WHOLE;
    if (rows < MANY_ROWS || !isWhole || scans < 2 || scannedRows < FAR_ABOVE * Math.max(rows, indexReads))
      continue;
    found.push({
      kind: 'scans',
      severity: 'medium',
      subject: table,
      what: `${table} was read whole ${scans.toLocaleString('en')} times, and by an index ${indexReads.toLocaleString('en')} times.`,
      fix: 'Look at the statements that read it, and weigh an index with perf-bench advise.',
    });
  }
  return found;
}

function share(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}
