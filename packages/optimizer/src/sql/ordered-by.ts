import type { Query } from './query.ts';

/** Numbers of the output columns by which an answer is ordered, as far as the order is by columns that are shown. */
export function orderedBy({ body, order }: Query): readonly number[] {
  const columns: number[] = [];
  for (const { expr } of order) {
    const at = expr.kind === 'output' ? expr.index : shownAt(body, expr);
    if (at < 0) break;
    columns.push(at);
  }
  return columns;
}

function shownAt(body: Query['body'], expr: Query['order'][number]['expr']): number {
  if (body.kind !== 'select') return -1;
  const text = JSON.stringify(expr);
  return body.output.findIndex((output) => JSON.stringify(output.expr) === text);
}
