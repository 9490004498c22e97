import type { WorkloadStatement } from '@perf/contracts';
import { printQuery } from '../sql/print-query.ts';
import { readStatement } from '../sql/read-statement.ts';
import type { AdvisedStatement } from './advice.ts';
import type { CandidateContext } from './candidates.ts';
import { readWrite } from './read-write.ts';
import { hasParameter, withValues } from './representative.ts';
import type { TableUse } from './table-uses.ts';
import { tableUses } from './table-uses.ts';
import type { CostedStatement } from './workload-cost.ts';
import type { WriteStatement } from './write-load.ts';

/** A statement whose cost can be asked, and what it does with its tables. */
export interface CostableStatement extends CostedStatement {
  readonly uses: readonly TableUse[];
  /** Whether values were put in place of its parameters. */
  readonly isMadeUp: boolean;
}

/** A workload, understood. */
export interface ReadWorkload {
  readonly reads: readonly CostableStatement[];
  readonly writes: readonly WriteStatement[];
  readonly skipped: readonly AdvisedStatement[];
}

/** How a workload is read. */
export interface WorkloadUse extends CandidateContext {
  readonly maxStatements: number;
  /** Whether parameters need values: an engine plans nothing without. */
  readonly literal: boolean;
}

/** Reads the statements that take most time. A weight is calls × time, in multiples of the mean. */
export function readWorkload(workload: readonly WorkloadStatement[], use: WorkloadUse): ReadWorkload {
  const heaviest = workload
    .map((statement) => ({ statement, time: timeOf(statement) }))
    .toSorted((a, b) => b.time - a.time)
    .slice(0, use.maxStatements);
  const mean = heaviest.reduce((sum, { time }) => sum + time, 0) / Math.max(1, heaviest.length);
  const reads: CostableStatement[] = [];
  const writes: WriteStatement[] = [];
  const skipped: AdvisedStatement[] = [];
  for (const { statement, time } of heaviest) {
    const weight = mean > 0 ? time / mean : 1;
    const write = writeOf(statement, weight, use);
    if (write !== undefined) {
      writes.push(write);
      continue;
    }
    const read = readOf(statement.text, weight, use);
    if (typeof read === 'string') skipped.push({ text: statement.text, weight, skipped: read });
    else reads.push(read);
  }
  return { reads, writes, skipped };
}

/** Nonsense counts as nothing; a statement without times counts by its calls. */
function timeOf({ calls, meanMs }: WorkloadStatement): number {
  const time = calls * (meanMs > 0 ? meanMs : 1);
  return Number.isFinite(time) && time > 0 ? time : 0;
}

function writeOf(
  { text, writesPerS }: WorkloadStatement,
  weight: number,
  { dialect, catalog }: WorkloadUse,
): WriteStatement | undefined {
  const write = /^\s*(?:select|\()/i.test(text) ? undefined : readWrite(text, dialect, catalog);
  return write === undefined ? undefined : { ...write, weight, rowsPerS: writesPerS ?? 0 };
}

/** The statement, or why it is set aside. */
function readOf(text: string, weight: number, use: WorkloadUse): CostableStatement | string {
  const { dialect, catalog, statistics, literal } = use;
  const read = readStatement(text, dialect, catalog);
  if ('reason' in read) return `it is not read: ${read.reason}`;
  const uses = tableUses(read.query);
  if (uses.length === 0) return 'it reads no table';
  const columns = new Map<string, Set<string>>();
  for (const { table, mentioned } of uses)
    columns.set(table, new Set([...(columns.get(table) ?? []), ...mentioned]));
  const isMadeUp = literal && hasParameter(read.query);
  const filled = isMadeUp ? withValues(read.query, statistics, dialect) : read.query;
  if (filled === undefined) return 'nothing tells what a parameter of it may be';
  const asked = isMadeUp ? printQuery(filled, dialect) : text;
  return { text, asked, weight, columns, uses, isMadeUp };
}
