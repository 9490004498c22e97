import type { ExportTemplate, Field, TemplateTotal } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ClassifiedPolicy, ColumnFormatter } from '@perf/export-core';
import { TOTAL_LABELS, columnFormatter, parseTemplate } from '@perf/export-core';
import type { DocumentInfo, Encryption } from './pdfkit/document-info.ts';
import type { PdfFont } from './fonts/font-face.ts';
import type { ColorOperands, Colors } from './page/colors.ts';
import { colorOperands } from './page/colors.ts';
import type { Margins, PageBox, PageSize } from './page/page-size.ts';
import { pageBox } from './page/page-size.ts';
import type { RunningLine } from './page/running-text.ts';
import type { MissingGlyphs } from './text/text-faults.ts';

/** Where text stands in its column. */
export type Align = 'left' | 'center' | 'right';

/** What happens to text wider than its column: more lines, or one line that ends in `…`, counted as `text-truncated`. */
export type Overflow = 'wrap' | 'ellipsis';

/** How one column looks. */
export interface PdfColumn {
  /** Name of the source's column. */
  readonly name: string;
  /** What stands above it. @default its name */
  readonly title?: string;
  /** In points, padding included. @default measured on the first 500 rows */
  readonly width?: number;
  /** @default numbers right, all else left */
  readonly align?: Align;
  /** @default the document's `overflow` */
  readonly overflow?: Overflow;
  /** Text of a value that is not null. @default as its type is written */
  readonly format?: (value: unknown, field: Field) => string;
}

/** Figures below the last row, each aggregate on a line of its own. */
export type PdfTotal = TemplateTotal;

/** How a PDF is written. Lengths are points: 72 to an inch. */
export interface PdfOptions {
  /** A paper, or `[width, height]` in points. @default 'A4' */
  readonly pageSize?: PageSize;
  /** Whether the long side lies below. @default false */
  readonly landscape?: boolean;
  /** @default 36 on all sides */
  readonly margins?: Margins;
  /** Stands above the table on the first page, and in the document's information. @default none */
  readonly title?: string;
  /** Below the title. @default none */
  readonly subtitle?: string;
  /** Right of the title, as it is given: no clock is read. @default none */
  readonly date?: string;
  /** Bytes of a PNG or JPEG, left of the title. @default none */
  readonly logo?: Uint8Array;
  /** @default 32 */
  readonly logoHeight?: number;
  /** A line above the table of every page. @default none */
  readonly pageHeader?: RunningLine | false;
  /** A line below it. @default 'Page {page} of {pages}' */
  readonly pageFooter?: RunningLine | false;
  /** Columns to write, in this order. @default all, in the source's order */
  readonly columns?: readonly (string | PdfColumn)[];
  /** What the document looks like, instead of `columns`, `title`, `logo`, `totals` and `groups`; see `parseTemplate`. */
  readonly template?: ExportTemplate;
  /** Whether a table narrower than the page is widened to it. @default true */
  readonly fillWidth?: boolean;
  /** @default 'wrap' */
  readonly overflow?: Overflow;
  /** Size of the cells' text; titles and running lines follow it. 3 to 72. @default 8 */
  readonly fontSize?: number;
  /**
   * Fonts of the text; the first that has a character gives its glyph. Only the glyphs in use are embedded.
   * @default Helvetica, not embedded, which has the characters of Western European languages (Windows-1252)
   */
  readonly fonts?: readonly PdfFont[];
  /** The same for titles and totals. @default `fonts`; Helvetica-Bold when there are none */
  readonly boldFonts?: readonly PdfFont[];
  /**
   * What happens to a character that no font has (a visible replacement and the warning `glyph-replaced`), or that would have to be joined,
   * combined or reordered (it stands alone, with the warning `text-not-shaped`): these, or an error. @default 'replace'
   */
  readonly missingGlyphs?: MissingGlyphs;
  /** Space left and right of text in its cell; above and below it is half of this. @default 4 */
  readonly cellPadding?: number;
  /** Whether every other row is shaded. @default true */
  readonly stripes?: boolean;
  /** Lines between rows, between rows and columns, or none. @default 'rows' */
  readonly rules?: 'rows' | 'grid' | 'none';
  readonly colors?: Colors;
  /** @default none */
  readonly totals?: readonly PdfTotal[];
  /** What stands before the figures. @default Total, Average, Minimum, Maximum, Count */
  readonly totalLabels?: Readonly<Partial<Record<PdfTotal['aggregate'], string>>>;
  /** Columns whose value begins a new group, with a heading, where it changes; the rows must be ordered by them. @default none */
  readonly groups?: readonly string[];
  /** Text of null. @default '' */
  readonly nullText?: string;
  /** What happens to columns classified `pii` or `secret`: `mask` writes `***` for every value but null. @default 'mask' */
  readonly classified?: ClassifiedPolicy;
  readonly author?: string;
  readonly subject?: string;
  readonly keywords?: string;
  /** Program that made the data. @default '@perf/export-pdf' */
  readonly creator?: string;
  /** @default none: equal rows give equal bytes */
  readonly createdAt?: Date;
  /** BCP 47, for readers that speak. @default none */
  readonly language?: string;
  /** @default none */
  readonly encryption?: Encryption;
  /** How hard pages are compressed, 1 (fast) to 9 (small). @default 1 */
  readonly compressionLevel?: number;
  /** Clock in ms for progress and `elapsedMs`, for tests. @default performance.now */
  readonly now?: () => number;
}

/** How a column is to look, from `columns` or from a template. */
export interface ColumnStyle {
  readonly name: string;
  readonly title: string | undefined;
  /** Points. */
  readonly width: number | undefined;
  /** Widths of a digit, from a template. */
  readonly characters: number | undefined;
  readonly align: Align | undefined;
  readonly overflow: Overflow;
  /** Throws when the format is not for the field's type. */
  readonly formatterOf: ((field: Field) => ColumnFormatter) | undefined;
}

/** The options with their defaults, checked. */
export interface PdfStyle {
  readonly box: PageBox;
  readonly title: string;
  readonly subtitle: string;
  readonly date: string;
  readonly logo: Uint8Array | undefined;
  readonly logoHeight: number;
  readonly pageHeader: RunningLine | undefined;
  readonly pageFooter: RunningLine | undefined;
  readonly columns: readonly ColumnStyle[] | undefined;
  readonly fillWidth: boolean;
  readonly overflow: Overflow;
  readonly fontSize: number;
  readonly fonts: readonly PdfFont[];
  readonly boldFonts: readonly PdfFont[] | undefined;
  readonly missingGlyphs: MissingGlyphs;
  readonly cellPadding: number;
  readonly stripes: boolean;
  readonly rules: 'rows' | 'grid' | 'none';
  readonly colors: ColorOperands;
  readonly totals: readonly PdfTotal[];
  readonly totalLabels: Readonly<Record<PdfTotal['aggregate'], string>>;
  readonly groups: readonly string[];
  readonly nullText: string;
  readonly classified: ClassifiedPolicy;
  readonly info: DocumentInfo;
  readonly encryption: Encryption | undefined;
  readonly compressionLevel: number;
  readonly now: (() => number) | undefined;
}

/** Checks the options and fills in the defaults. */
export function pdfStyle(given: PdfOptions): PdfStyle {
  const options = given.template === undefined ? given : { ...given, ...fromTemplate(given, given.template) };
  const { overflow = 'wrap', fontSize = 8, cellPadding = 4, compressionLevel = 1, rules = 'rows' } = options;
  oneOf('overflow', overflow, ['wrap', 'ellipsis']);
  oneOf('rules', rules, ['rows', 'grid', 'none']);
  oneOf('missingGlyphs', options.missingGlyphs ?? 'replace', ['replace', 'error']);
  oneOf('classified', options.classified ?? 'mask', ['mask', 'include']);
  between('fontSize', fontSize, 3, 72);
  between('cellPadding', cellPadding, 0, 72);
  between('logoHeight', options.logoHeight ?? 32, 1, 1000);
  between('compressionLevel', compressionLevel, 1, 9);
  if (options.fonts?.length === 0) throw invalid('fonts must name at least one font');
  return {
    box: pageBox(options.pageSize ?? 'A4', options.landscape ?? false, options.margins),
    title: options.title ?? '',
    subtitle: options.subtitle ?? '',
    date: options.date ?? '',
    logo: options.logo,
    logoHeight: options.logoHeight ?? 32,
    pageHeader: lineOf(options.pageHeader, undefined),
    pageFooter: lineOf(options.pageFooter, 'Page {page} of {pages}'),
    columns: columnStyles(options, overflow),
    fillWidth: options.fillWidth ?? true,
    overflow,
    fontSize,
    fonts: options.fonts ?? ['Helvetica'],
    boldFonts: options.boldFonts ?? (options.fonts === undefined ? ['Helvetica-Bold'] : undefined),
    missingGlyphs: options.missingGlyphs ?? 'replace',
    cellPadding,
    stripes: options.stripes ?? true,
    rules,
    colors: colorOperands(options.colors),
    totals: options.totals ?? [],
    totalLabels: { ...TOTAL_LABELS, ...options.totalLabels },
    groups: options.groups ?? [],
    nullText: options.nullText ?? '',
    classified: options.classified ?? 'mask',
    info: {
      title: options.title,
      author: options.author,
      subject: options.subject,
      keywords: options.keywords,
      creator: options.creator,
      createdAt: checkedDate(options.createdAt),
      language: options.language,
    },
    encryption: checkedEncryption(options.encryption),
    compressionLevel,
    now: options.now,
  };
}

/** What a template says, as options. Refuses options that would say the same twice. */
function fromTemplate(given: PdfOptions, template: ExportTemplate): PdfOptions {
  const { columns, title, logo, totals, groups } = given;
  for (const [name, value] of Object.entries({ columns, title, logo, totals, groups }))
    if (value !== undefined)
      throw invalid(`${name} and template cannot be given together: the template says it`);
  const checked = parseTemplate(template);
  return {
    template: checked,
    ...(checked.title === undefined ? {} : { title: checked.title }),
    ...(checked.logo === undefined ? {} : { logo: Buffer.from(checked.logo, 'base64') }),
    ...(checked.totals === undefined ? {} : { totals: checked.totals }),
    ...(checked.groups === undefined ? {} : { groups: checked.groups }),
  };
}

function columnStyles(options: PdfOptions, overflow: Overflow): readonly ColumnStyle[] | undefined {
  const { template } = options;
  if (template !== undefined) {
    const { locale, timezone } = template;
    return template.columns.map(({ field: name, header, width, align, format }) => ({
      name,
      title: header,
      width: undefined,
      characters: width,
      align,
      overflow,
      formatterOf:
        format === undefined ? undefined : (field) => columnFormatter(field, format, { locale, timezone }),
    }));
  }
  return options.columns?.map((column) =>
    columnStyle(typeof column === 'string' ? { name: column } : column, overflow),
  );
}

function columnStyle(
  { name, title, width, align, format, ...rest }: PdfColumn,
  overflow: Overflow,
): ColumnStyle {
  if (align !== undefined) oneOf(`align of column ${name}`, align, ['left', 'center', 'right']);
  if (rest.overflow !== undefined) oneOf(`overflow of column ${name}`, rest.overflow, ['wrap', 'ellipsis']);
  if (width !== undefined) between(`width of column ${name}`, width, 1, 14_400);
  return {
    name,
    title,
    width,
    characters: undefined,
    align,
    overflow: rest.overflow ?? overflow,
    formatterOf: format === undefined ? undefined : (field) => (value) => format(value, field),
  };
}

function lineOf(
  line: RunningLine | false | undefined,
  standard: RunningLine | undefined,
): RunningLine | undefined {
  return line === false ? undefined : (line ?? standard);
}

function checkedDate(date: Date | undefined): Date | undefined {
  if (date !== undefined && Number.isNaN(date.getTime())) throw invalid('createdAt must be a valid Date');
  return date;
}

function checkedEncryption(encryption: Encryption | undefined): Encryption | undefined {
  if (encryption === undefined) return undefined;
  const { userPassword = '', ownerPassword = '', method = 'aes-256' } = encryption;
  oneOf('encryption.method', method, ['aes-256', 'aes-128']);
  if (userPassword === '' && ownerPassword === '')
    throw invalid('encryption must have a userPassword or an ownerPassword');
  return encryption;
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw invalid(`${name} must be ${allowed.join(' or ')}, got ${JSON.stringify(value)}`);
}

function between(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw invalid(`${name} must be a number from ${least} to ${most}, got ${String(value)}`);
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
