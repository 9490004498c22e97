import type { Expr } from '../expr.ts';
import { conjuncts, isSame } from '../expr.ts';
import type { Query, Select } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { SqlRule } from './sql-rule.ts';

/** UNION becomes UNION ALL where no row can be in both parts, and no part repeats one. */
export const unionAll: SqlRule = {
  name: 'union-all',
  engines: { postgres: '1.9×', sqlite: '1.1×', mysql: '1.8×' },
  margin: 1,
  alternatives: (query, { shapes }) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'union' || body.all) return [];
      if (
        ![body.left, body.right].every((part) => hasNoRepeats(part, shapes)) ||
        !areApart(body.left, body.right, shapes)
      )
        return [];
      const next = swapQuery(query, inner, { ...inner, body: { ...body, all: true } });
      return [
        {
          query: next,
          reason: 'a condition on one column keeps the parts apart, and neither repeats a row',
          facts: ['the keys of the tables are enforced and not null'],
        },
      ];
    }),
};

function hasNoRepeats(query: Query, shapes: Shapes): boolean {
  const { columns, keys, single } = shapes.of(query);
  return single || keys.some((key) => key.every((name) => columns.get(name)?.nullable === false));
}

/** Whether the parts show, in one place, a column that equals one constant here and another one there. */
function areApart(left: Query, right: Query, shapes: Shapes): boolean {
  if (left.body.kind !== 'select' || right.body.kind !== 'select') return false;
  const [a, b] = [left.body, right.body];
  return a.output.some((output, i) => {
    const [here, there] = [constantOf(output.expr, a, shapes), constantOf(b.output[i]?.expr, b, shapes)];
    return here !== undefined && there !== undefined && here !== there;
  });
}

/** A whole number that a column is known to equal, or that is shown itself; a text only as a literal beside the other. */
function constantOf(expr: Expr | undefined, select: Select, shapes: Shapes): string | undefined {
  if (expr?.kind === 'literal')
    return plainNumber(expr) ?? (expr.type === 'text' && /^[a-z]+$/.test(expr.text) ? expr.text : undefined);
  if (expr?.kind !== 'column') return undefined;
  const column = shapes.columnIn(select, expr.source, expr.name);
  for (const part of conjuncts(select.where)) {
    if (part.kind !== 'call' || part.name !== '=') continue;
    const [tested, constant] = part.args;
    if (tested === undefined || constant === undefined || !isSame(tested, expr)) continue;
    const isWhole = column?.type?.kind === 'int32' || column?.type?.kind === 'int64';
    if (isWhole) return plainNumber(constant);
    if (
      column?.type?.kind === 'utf8' &&
      column.exact &&
      constant.kind === 'literal' &&
      /^[a-z]+$/.test(constant.text)
    )
      return constant.text;
  }
  return undefined;
}

function plainNumber(expr: Expr): string | undefined {
  return expr.kind === 'literal' && expr.type === 'number' && /^(?:0|-?[1-9]\d{0,17})$/.test(expr.text)
    ? expr.text
    : undefined;
}
