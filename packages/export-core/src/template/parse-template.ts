import type { ColumnFormat, ExportTemplate, TemplateColumn, TemplateTotal } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { Fields, TemplateFault } from './fields.ts';

const STYLES = ['short', 'medium', 'long'] as const;
const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count'] as const;
const ALIGNMENTS = ['left', 'center', 'right'] as const;
const FORMATS = ['number', 'currency', 'percent', 'date', 'datetime', 'boolean'] as const;
/** Longest logo as base64 text: 1.5 MB of picture. */
const LOGO_CHARACTERS = 2 * 1024 * 1024;

/**
 * Reads a template from untrusted JSON. Throws `ERR_PERF_INVALID_OPTION` that names the path of the first fault: a wrong type, an unknown
 * property, locale, time zone or currency, a column named twice, a total or group of a column that is not there.
 *
 * @example
 * const template = parseTemplate(JSON.parse(await readFile('monthly-flights.json', 'utf8')));
 * await exportCsv(rows, fileSink('flights.csv'), { template });
 */
export function parseTemplate(value: unknown): ExportTemplate {
  try {
    return readTemplate(value);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    throw new PerfError('ERR_PERF_INVALID_OPTION', `template${error.path}: ${error.message}`, {
      cause: error,
    });
  }
}

function readTemplate(value: unknown): ExportTemplate {
  const fields = new Fields(value, '');
  if (fields.number('version') !== 1) fields.fail('version', 'this release reads version 1');
  const columns = fields.list('columns').map(readColumn);
  const names = columns.map(({ field }) => field);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fields.fail('columns', `names ${JSON.stringify(twice)} twice`);
  if (columns.length === 0) fields.fail('columns', 'must name at least one column');
  const mustBeThere = (part: Fields, key: string, name: string): string =>
    names.includes(name) ? name : part.fail(key, `${JSON.stringify(name)} is not among the columns`);
  const revision = fields.optional('revision', (key) => fields.integer(key, 1, Number.MAX_SAFE_INTEGER));
  const locale = fields.optional('locale', (key) => readLocale(fields, key));
  const timezone = fields.optional('timezone', (key) => readTimezone(fields, key));
  const title = fields.optional('title', (key) => fields.text(key));
  const logo = fields.optional('logo', (key) => readLogo(fields, key));
  const groups = fields.optional('groups', (key) =>
    fields.list(key).map((group) => mustBeThere(fields, key, group.itself())),
  );
  const totals = fields.optional('totals', (key) =>
    fields.list(key).map((total): TemplateTotal => {
      const field = mustBeThere(total, 'field', total.text('field'));
      const aggregate = total.oneOf('aggregate', AGGREGATES);
      total.end();
      return { field, aggregate };
    }),
  );
  const name = fields.text('name');
  fields.end();
  return {
    version: 1,
    name,
    columns,
    ...revision,
    ...locale,
    ...timezone,
    ...title,
    ...logo,
    ...groups,
    ...totals,
  };
}

function readColumn(fields: Fields): TemplateColumn {
  const field = fields.text('field');
  const header = fields.optional('header', (key) => fields.text(key));
  const width = fields.optional('width', (key) => fields.integer(key, 1, 255));
  const align = fields.optional('align', (key) => fields.oneOf(key, ALIGNMENTS));
  const format = fields.optional('format', (key) => readFormat(fields.inner(key)));
  fields.end();
  return { field, ...header, ...format, ...width, ...align };
}

function readFormat(fields: Fields): ColumnFormat {
  const format = formatOf(fields);
  fields.end();
  return format;
}

function formatOf(fields: Fields): ColumnFormat {
  const decimals = (): { readonly decimals?: number } =>
    fields.optional('decimals', (key) => fields.integer(key, 0, 15));
  const type = fields.oneOf('type', FORMATS);
  switch (type) {
    case 'number':
      return { type, ...decimals(), ...fields.optional('grouping', (key) => fields.boolean(key)) };
    case 'currency':
      return { type, currency: readCurrency(fields), ...decimals() };
    case 'percent':
      return { type, ...decimals() };
    case 'date':
    case 'datetime':
      return { type, style: fields.oneOf('style', STYLES) };
    case 'boolean':
      return { type, yes: fields.text('yes'), no: fields.text('no') };
  }
}

function readCurrency(fields: Fields): string {
  const code = fields.text('currency');
  return /^[A-Z]{3}$/.test(code)
    ? code
    : fields.fail('currency', `${JSON.stringify(code)} is no ISO 4217 code`);
}

function readLocale(fields: Fields, key: string): string {
  const locale = fields.text(key);
  try {
    if (Intl.NumberFormat.supportedLocalesOf([locale]).length > 0) return locale;
  } catch {
    // Not even the form of a locale: said below.
  }
  return fields.fail(key, `${JSON.stringify(locale)} is no locale that this runtime knows`);
}

function readTimezone(fields: Fields, key: string): string {
  const timeZone = fields.text(key);
  try {
    if (Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone !== '') return timeZone;
  } catch {
    // Said below.
  }
  return fields.fail(key, `${JSON.stringify(timeZone)} is no time zone that this runtime knows`);
}

function readLogo(fields: Fields, key: string): string {
  const logo = fields.text(key, LOGO_CHARACTERS);
  const isPicture = /^(?:iVBORw0KGgo|\/9j\/)[A-Za-z0-9+/]*={0,2}$/.test(logo);
  return isPicture ? logo : fields.fail(key, 'must be a PNG or JPEG as base64');
}
