import type { AdvisedIndex, IndexAdvice } from '@perf/optimizer';
import { textTable, whole } from '../terminal/table.ts';
import { shownBytes } from './byte-size.ts';

/** Statements of an index that are shown. */
const SHOWN = 3;
/** Signs of a statement that are shown. */
const LONGEST = 100;

/** Advice for people: a table, then the DDL to copy, what may go, and what was set aside. */
export function adviceText(advice: IndexAdvice): string {
  const parts = [
    summary(advice),
    ...(advice.indexes.length === 0 ? [] : [tableOf(advice.indexes), ddlOf(advice.indexes)]),
    ...dropsOf(advice),
    ...skippedOf(advice),
  ];
  return `${parts.join('\n\n')}\n`;
}

function summary({
  indexes,
  statements,
  bytes,
  budgetBytes,
  costCalls,
  elapsedMs,
  isComplete,
}: IndexAdvice): string {
  const costed = statements.filter(({ skipped }) => skipped === undefined);
  const gain = costed.reduce(
    (sum, { costBefore = 1, costAfter = 1 }) => sum + Math.log(costBefore / costAfter),
    0,
  );
  const factor = Math.exp(gain / Math.max(1, costed.length));
  const found =
    indexes.length === 0
      ? `no index pays within ${shownBytes(budgetBytes)}`
      : `${indexes.length} ${indexes.length === 1 ? 'index' : 'indexes'} of ${shownBytes(bytes)} (at most ${shownBytes(budgetBytes)}), estimated cost ÷ ${factor.toFixed(1)} (geometric mean)`;
  const time = `${costed.length} statements, ${whole(costCalls)} plans, ${(elapsedMs / 1000).toFixed(1)} s`;
  return `${found}\n${time}${isComplete ? '' : '; time ran out, there may be better ones'}`;
}

function tableOf(indexes: readonly AdvisedIndex[]): string {
  const rows = indexes.map(({ index, bytes, benefit, writes, statements, confidence }) => [
    index.table,
    `${index.columns.map(({ name, direction }) => (direction === 'desc' ? `${name} desc` : name)).join(', ')}${only(index.only)}`,
    shownBytes(bytes),
    benefit.toFixed(2),
    whole(writes.entriesPerS),
    String(statements.length),
    confidence,
  ]);
  return textTable([
    ['table', 'columns', 'size', 'benefit', 'entries/s', 'statements', 'confidence'],
    ...rows,
  ]);
}

function only(condition: AdvisedIndex['index']['only']): string {
  if (condition === undefined) return '';
  return ` where ${condition.column}${condition.is === 'present' ? ' is not null' : ''}`;
}

function ddlOf(indexes: readonly AdvisedIndex[]): string {
  return indexes
    .map(({ ddl, undo, statements }) =>
      [
        ...statements
          .slice(0, SHOWN)
          .map(
            ({ text, costBefore, costAfter }) =>
              `-- cost ${figure(costBefore)} → ${figure(costAfter)}: ${oneLine(text)}`,
          ),
        ...(statements.length > SHOWN ? [`-- and ${statements.length - SHOWN} more`] : []),
        `${ddl};`,
        `-- undo: ${undo};`,
      ].join('\n'),
    )
    .join('\n\n');
}

function dropsOf({ drops }: IndexAdvice): readonly string[] {
  if (drops.length === 0) return [];
  const lines = drops.map(({ ddl, undo, reason, coveredBy }) => {
    const why =
      reason === 'duplicate'
        ? `${coveredBy ?? 'another'} does the same`
        : 'not used since the engine began to count';
    return `-- ${why}\n${ddl};\n-- undo: ${undo};`;
  });
  return ['Indexes that may go:', lines.join('\n')];
}

function skippedOf({ statements }: IndexAdvice): readonly string[] {
  const skipped = statements.filter((statement) => statement.skipped !== undefined);
  if (skipped.length === 0) return [];
  return ['Set aside:', skipped.map(({ text, skipped: why = '' }) => `${oneLine(text)}: ${why}`).join('\n')];
}

function figure(cost: number): string {
  return cost >= 100 ? whole(cost) : cost.toPrecision(3);
}

/** Signs that would steer the terminal, and ends of lines that would end a comment, become blanks; what is longer is cut. */
export function oneLine(text: string, longest: number = LONGEST): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
