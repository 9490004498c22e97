import type { Expr } from './expr.ts';
import type { Query, Select } from './query.ts';
import type { Shapes } from './shapes.ts';
import { sitesOf } from './site.ts';
import { columnsIn, expressionsOf, partsOf } from './walk.ts';

/**
 * Whether the answer depends on the order in which the engine meets rows: texts that a collation takes for one are merged, and one of them is
 * shown. Any other plan may show another, so such a statement is left alone.
 */
export function isUndetermined(query: Query, shapes: Shapes): boolean {
  return sitesOf(query).some(({ query: each }) => {
    const { body } = each;
    if (body.kind === 'select') return mergesTexts(body, shapes);
    return (
      !(body.kind === 'union' && body.all) &&
      [...shapes.of(each).columns.values()].some(({ exact, type }) => !exact && type?.kind !== 'timestamp')
    );
  });
}

function mergesTexts(select: Select, shapes: Shapes): boolean {
  if (expressionsOf(select).some((expr) => hasTextExtreme(expr, select, shapes))) return true;
  const merged = [...select.group, ...(select.distinct ? select.output.map(({ expr }) => expr) : [])];
  const shown = new Set(
    merged.flatMap((expr) => (expr.kind === 'column' ? [`${expr.source} ${expr.name}`] : [])),
  );
  // Rows of one source that are told apart by its key are merged with none of other texts.
  const isKeyed = (source: string): boolean => {
    const { columns, keys } = shapes.source(source);
    return keys.some((key) =>
      key.every(
        (name) =>
          columns.get(name)?.nullable === false &&
          columns.get(name)?.exact === true &&
          shown.has(`${source} ${name}`),
      ),
    );
  };
  return merged.some((expr) => inexactColumns(expr, select, shapes).some((source) => !isKeyed(source)));
}

/** Sources of texts that are not told apart letter by letter. */
function inexactColumns(expr: Expr, select: Select, shapes: Shapes): readonly string[] {
  return columnsIn(expr).flatMap(({ source, name }) => {
    const column = shapes.columnIn(select, source, name);
    return column !== undefined && !column.exact ? [source] : [];
  });
}

/** The least or greatest of texts of which several may be least. */
function hasTextExtreme(expr: Expr, select: Select, shapes: Shapes): boolean {
  const isExtreme =
    (expr.kind === 'aggregate' || expr.kind === 'window') && (expr.name === 'min' || expr.name === 'max');
  if (isExtreme && expr.args.some((arg) => inexactColumns(arg, select, shapes).length > 0)) return true;
  return partsOf(expr).some((part) => hasTextExtreme(part, select, shapes));
}
