import type { ColumnFormat, DataType } from '@perf/contracts';
import type { SheetColumn } from './sheet-columns.ts';

/** How Excel shows values of a type unless a column says otherwise; undefined: as it shows anything. */
export function defaultFormat(type: DataType): string | undefined {
  switch (type.kind) {
    case 'int32':
    case 'int64':
      return '0';
    case 'decimal':
      return decimals('0', type.scale);
    case 'date':
      return 'yyyy-mm-dd';
    case 'timestamp':
      return type.unit === 's' ? 'yyyy-mm-dd hh:mm:ss' : 'yyyy-mm-dd hh:mm:ss.000';
    case 'bool':
    case 'float64':
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}

/** Decimals that an average may have beyond those of its values. */
const AVERAGE_DECIMALS = '####';

/** The format of an average: its column's, but with further decimals where a template does not say how many. */
export function averageFormat({
  field,
  format,
  style,
}: Pick<SheetColumn, 'field' | 'format' | 'style'>): string | undefined {
  const { templateFormat: asked } = style;
  const isOpen = asked === undefined || (asked.type === 'number' && asked.decimals === undefined);
  if (!isOpen || format === undefined) return format;
  return decimalsOf(field.type) === 0 ? undefined : `${format}${AVERAGE_DECIMALS}`;
}

/** The number format for what a template asks for of a column; undefined: General, as for booleans, which become words. */
export function templateNumberFormat(format: ColumnFormat, type: DataType): string | undefined {
  switch (format.type) {
    case 'number': {
      const count = format.decimals ?? decimalsOf(type);
      return count === undefined ? undefined : decimals(format.grouping === false ? '0' : '#,##0', count);
    }
    case 'currency':
      return `[$${format.currency}] ${decimals('#,##0', format.decimals ?? currencyDecimals(format.currency))}`;
    case 'percent':
      return `${decimals('0', format.decimals ?? 0)}%`;
    case 'date':
      return { short: 'mm-dd-yy', medium: 'd mmm yyyy', long: 'd mmmm yyyy' }[format.style];
    case 'datetime':
      return { short: 'm/d/yy h:mm', medium: 'd mmm yyyy hh:mm:ss', long: 'd mmmm yyyy hh:mm:ss' }[
        format.style
      ];
    case 'boolean':
      return undefined;
  }
}

/**
 * Decimals of every number of a type; undefined where they differ. A format that leaves some of them out, `#,##0.###`, would show the point of
 * whole numbers too: only General does not.
 */
function decimalsOf(type: DataType): number | undefined {
  if (type.kind === 'decimal') return type.scale;
  return type.kind === 'float64' ? undefined : 0;
}

/** Excel shows 30 decimals at most. */
function decimals(whole: string, count: number): string {
  return count === 0 ? whole : `${whole}.${'0'.repeat(Math.min(count, 30))}`;
}

function currencyDecimals(currency: string): number {
  const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return options.maximumFractionDigits ?? 2;
}
