import type { ExecutionPlan, ScopedTable } from '@perf/contracts';
import type { Predicate, QueryBlock } from './block.ts';
import type { BlockEstimate } from './estimate.ts';
import { operandName } from './estimate.ts';

/** The plan of a block, top step first. Values appear as `?`. Without an estimate no rows are given. */
export function logicalPlan(block: QueryBlock, estimate: BlockEstimate | undefined): ExecutionPlan {
  let plan = scan(block.from, rows(estimate?.tables[0]));
  for (const [i, join] of block.joins.entries()) {
    const on = join.on
      .map(({ left, right }) => `${left.alias}.${left.column.name} = ${right.alias}.${right.column.name}`)
      .join(' AND ');
    plan = {
      operator: 'join',
      detail: `${join.type} on ${on}`,
      ...rows(estimate?.joined[i]),
      children: [plan, scan(join.table, rows(estimate?.tables[i + 1]))],
    };
  }
  const above = (operator: string, detail: string, of: number | undefined): void => {
    plan = { operator, detail, ...rows(of), children: [plan] };
  };
  if (block.where !== undefined) above('filter', predicateText(block.where), estimate?.filtered);
  if (block.grouped) above('aggregate', aggregateText(block), estimate?.grouped);
  if (block.having !== undefined) above('filter', predicateText(block.having), undefined);
  above('project', block.output.map(({ field }) => field.name).join(', '), undefined);
  if (block.distinct) above('distinct', '', estimate?.grouped);
  if (block.order.length > 0) above('sort', orderText(block), undefined);
  if (block.limit !== undefined || block.offset > 0) above('limit', limitText(block), estimate?.rows);
  return plan;
}

function rows(of: number | undefined): { estimatedRows?: number } {
  return of === undefined ? {} : { estimatedRows: Math.round(of) };
}

function scan(table: ScopedTable, size: { estimatedRows?: number }): ExecutionPlan {
  const detail = table.alias === table.table.name ? '' : `as ${table.alias}`;
  return { operator: 'scan', table: table.table.name, detail, ...size, children: [] };
}

/** A predicate in words, every value as `?`. */
function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'compare': {
      const values =
        predicate.values.length > 3
          ? `? × ${predicate.values.length}`
          : predicate.values.map(() => '?').join(', ');
      return [
        operandName(predicate.operand),
        predicate.operator,
        values,
        predicate.caseSensitive ? '' : '(any case)',
      ]
        .filter((part) => part !== '')
        .join(' ');
    }
    case 'not':
      return `NOT (${predicateText(predicate.part)})`;
    case 'and':
    case 'or':
      if (predicate.parts.length === 0) return predicate.kind === 'and' ? 'true' : 'false';
      return predicate.parts
        .map((part) => (part.kind === 'compare' ? predicateText(part) : `(${predicateText(part)})`))
        .join(predicate.kind === 'and' ? ' AND ' : ' OR ');
  }
}

function aggregateText(block: QueryBlock): string {
  const by = block.groupBy.map(({ alias, column }) => `${alias}.${column.name}`).join(', ');
  return by === '' ? 'all rows' : `by ${by}`;
}

function orderText(block: QueryBlock): string {
  return block.order
    .map(
      ({ operand, descending, nullsFirst, after }) =>
        `${operandName(operand)}${descending ? ' desc' : ''}${nullsFirst ? ' nulls first' : ''}${after === undefined ? '' : ' after ?'}`,
    )
    .join(', ');
}

function limitText(block: QueryBlock): string {
  return [
    block.limit === undefined ? '' : `${block.limit} rows`,
    block.offset === 0 ? '' : `skip ${block.offset}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
