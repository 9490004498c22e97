import type { TemplateTotal } from '@perf/contracts';
import type { ColumnFormatter, TotalFigure } from '@perf/export-core';
import { MASK } from '@perf/export-core';

/** What stands for a count, sum or average: counts as they are, the others as the column's values are shown. */
export function totalText(
  figure: TotalFigure,
  aggregate: TemplateTotal['aggregate'],
  formatter: ColumnFormatter | undefined,
): string {
  if (figure.kind === 'masked') return MASK;
  const { value } = figure;
  if (aggregate === 'count' || formatter === undefined) return plain(value);
  return (
    formatter(value) ?? (typeof value === 'string' ? formatter(Number(value)) : undefined) ?? plain(value)
  );
}

function plain(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
    ? String(value)
    : '';
}
