import type { OrderTerm, Predicate } from './block.ts';

/**
 * The condition for rows after the given place in the order, or undefined on the first page:
 * k1 after v1, or k1 equal and k2 after v2, and so on. Null has its place first or last, as the order says.
 */
export function keysetPredicate(order: readonly OrderTerm[]): Predicate | undefined {
  if (order.length === 0 || order.some(({ after }) => after === undefined)) return undefined;
  const parts = order.map((term, i): Predicate => {
    const equals = order.slice(0, i).map(same);
    return { kind: 'and', parts: [...equals, beyond(term)] };
  });
  const [only] = parts;
  return parts.length === 1 ? only : { kind: 'or', parts };
}

function same(term: OrderTerm): Predicate {
  const { operand, after = null } = term;
  return after === null
    ? compare(term, 'isNull')
    : { kind: 'compare', operand, operator: 'eq', values: [after], caseSensitive: true };
}

function beyond(term: OrderTerm): Predicate {
  const { operand, after = null, descending, nullsFirst } = term;
  if (after === null) return nullsFirst ? compare(term, 'isNotNull') : { kind: 'or', parts: [] };
  const further: Predicate = {
    kind: 'compare',
    operand,
    operator: descending ? 'lt' : 'gt',
    values: [after],
    caseSensitive: true,
  };
  return operand.nullable && !nullsFirst
    ? { kind: 'or', parts: [further, compare(term, 'isNull')] }
    : further;
}

function compare({ operand }: OrderTerm, operator: 'isNull' | 'isNotNull'): Predicate {
  return { kind: 'compare', operand, operator, values: [], caseSensitive: true };
}
