import type { CatalogColumn, ColumnStatistics, StatisticValue } from '@perf/contracts';
import { statisticValue } from '@perf/contracts';
import { parseArray } from './array-text.ts';
import type { Row } from './server.ts';
import { UnfitValue, valueReader } from './value-reader.ts';

/** One row of `pg_stats` in the contract's form. @param rows of the table */
export function analyzedColumn(column: CatalogColumn, row: Row, rows: number): ColumnStatistics {
  const nullFraction = share(row['nulls']);
  const distinct = distinctValues(Number(row['distinct_values']), rows);
  const fractions: readonly unknown[] = Array.isArray(row['fractions']) ? row['fractions'] : [];
  const commonValues = valuesOf(column, row['common']).flatMap((value, i) => {
    const fraction = share(fractions[i]);
    return value === undefined || fraction === 0 ? [] : [{ value, fraction }];
  });
  const borders = valuesOf(column, row['borders']).filter((value) => value !== undefined);
  const width = Number(row['width']);
  return {
    nullFraction,
    ...(distinct === undefined ? {} : { distinct }),
    ...(commonValues.length === 0 ? {} : { commonValues }),
    // The server sorts text by its collation; queries compare it by code points.
    ...(borders.length < 2
      ? {}
      : { histogram: typeof borders[0] === 'string' ? borders.toSorted(byBytes) : borders }),
    ...(width > 0 ? { averageBytes: width } : {}),
  };
}

/** A negative number is a share of the rows, 0 is unknown. */
function distinctValues(told: number, rows: number): number | undefined {
  if (!Number.isFinite(told) || told === 0) return undefined;
  return Math.max(1, Math.round(told > 0 ? told : -told * rows));
}

/** The values of an array in text form; undefined for those without an order in the contract. */
function valuesOf({ type, engineType }: CatalogColumn, text: unknown): (StatisticValue | undefined)[] {
  const list = typeof text === 'string' ? parseArray(text) : undefined;
  const isPadded = engineType?.startsWith('character(') === true;
  const read = valueReader({ type, isPadded }, type);
  return (list ?? []).map((item) => {
    if (typeof item !== 'string' || type.kind === 'binary' || type.kind === 'list') return undefined;
    try {
      return statisticValue(type, type.kind === 'decimal' ? item : read(item));
    } catch (error) {
      // An infinite date or instant is one value among many: the others still say something.
      if (error instanceof UnfitValue) return undefined;
      throw error;
    }
  });
}

function share(value: unknown): number {
  const fraction = Number(value);
  return fraction >= 0 && fraction <= 1 ? fraction : 0;
}

function byBytes(a: StatisticValue, b: StatisticValue): number {
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
