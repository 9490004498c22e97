import type { ExportTemplate, Field } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Warnings } from '../warnings.ts';
import type { ColumnFormatter } from './column-formatter.ts';
import { columnFormatter } from './column-formatter.ts';
import { parseTemplate } from './parse-template.ts';

/** What a data format (CSV, JSON) takes from a template. */
export interface TemplatePlan {
  /** The template itself, checked. */
  readonly template: ExportTemplate;
  /** Names of the columns to write, in order. */
  readonly columns: readonly string[];
  /** What stands above columns, by their name. */
  readonly titles: ReadonlyMap<string, string>;
  /** How a column asks to be shown; undefined: as values of its type are. */
  formatterOf(field: Field): ColumnFormatter | undefined;
  /** Says which parts of the template the format leaves out. */
  warn(warnings: Warnings): void;
}

/**
 * Reads the `template` option of a data format. Throws `ERR_PERF_INVALID_OPTION` when the template is wrong, or when one of `others`, which
 * would say the same twice, is given beside it.
 */
export function templatePlan(
  template: ExportTemplate,
  others: Readonly<Record<string, unknown>>,
): TemplatePlan {
  for (const [name, value] of Object.entries(others))
    if (value !== undefined)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `${name} and template cannot be given together: the template says it`,
      );
  const checked = parseTemplate(template);
  const { columns, locale, timezone, title, logo, groups, totals } = checked;
  const formats = new Map(
    columns.flatMap(({ field, format }) => (format === undefined ? [] : [[field, format]])),
  );
  const parts = Object.entries({ title, logo, groups, totals });
  const omitted = parts.flatMap(([name, part]) => (part === undefined ? [] : [name]));
  return {
    template: checked,
    columns: columns.map(({ field }) => field),
    titles: new Map(columns.flatMap(({ field, header }) => (header === undefined ? [] : [[field, header]]))),
    formatterOf(field) {
      const format = formats.get(field.name);
      return format === undefined ? undefined : columnFormatter(field, format, { locale, timezone });
    },
    warn(warnings) {
      if (omitted.length === 0) return;
      const what = `the template's ${omitted.join(', ')} are for documents; this format has none`;
      warnings.counter('template-part-omitted', what).count = 1;
    },
  };
}
