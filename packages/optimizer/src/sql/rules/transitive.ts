import type { Expr } from '../expr.ts';
import { allOf, call, conjuncts, isSame } from '../expr.ts';
import type { Select, Source } from '../query.ts';
import type { Shapes } from '../shapes.ts';
import { isConstant } from '../selectivity-of.ts';
import { sitesOf, swapQuery } from '../site.ts';
import type { SqlRule } from './sql-rule.ts';

/** A range asked of one column is asked of its equal in an inner join too: of the same type, compared exactly. */
export const transitive: SqlRule = {
  name: 'transitive',
  engines: { postgres: '1.2–2.0×, by cost' },
  margin: 0.9,
  alternatives: (query, { shapes }) =>
    sitesOf(query).flatMap(({ query: inner }) => {
      const { body } = inner;
      if (body.kind !== 'select' || body.from?.kind !== 'join') return [];
      const more = derived(body, shapes);
      if (more.length === 0) return [];
      const where = allOf([...conjuncts(body.where), ...more]);
      return [
        {
          query: swapQuery(query, inner, { ...inner, body: { ...body, where } }),
          reason: 'what is asked of a column is asked of its equal',
          facts: ['the joined columns are of one type and compared exactly'],
        },
      ];
    }),
};

const RANGES: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'between', 'in']);

function derived(select: Select, shapes: Shapes): readonly Expr[] {
  const asked = [...conjuncts(select.where), ...innerConditions(select.from)];
  const equal = asked.flatMap((part) => {
    const [a, b] = part.kind === 'call' && part.name === '=' ? part.args : [];
    return a?.kind === 'column' && b?.kind === 'column' && areAlike(a, b, select, shapes)
      ? [[a, b] as const, [b, a] as const]
      : [];
  });
  const more = asked.flatMap((part) => {
    if (part.kind !== 'call' || !RANGES.has(part.name)) return [];
    const [tested, ...values] = part.args;
    if (tested === undefined || values.length === 0 || !values.every(isConstant)) return [];
    return equal.flatMap(([a, b]) => (isSame(a, tested) ? [call(part.name, b, ...values)] : []));
  });
  return more.filter(
    (part, i) =>
      !asked.some((each) => isSame(each, part)) && more.findIndex((each) => isSame(each, part)) === i,
  );
}

function areAlike(
  a: Expr & { kind: 'column' },
  b: Expr & { kind: 'column' },
  select: Select,
  shapes: Shapes,
): boolean {
  const [here, there] = [
    shapes.columnIn(select, a.source, a.name),
    shapes.columnIn(select, b.source, b.name),
  ];
  const kind = here?.type?.kind;
  return (
    here !== undefined &&
    there !== undefined &&
    kind !== undefined &&
    kind !== 'float64' &&
    kind === there.type?.kind &&
    here.exact &&
    there.exact
  );
}

/** Conditions of inner joins that stand above every outer join. */
function innerConditions(source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join' || source.type !== 'inner') return [];
  return [...innerConditions(source.left), ...innerConditions(source.right), ...conjuncts(source.on)];
}
