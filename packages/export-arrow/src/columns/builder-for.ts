import type { DataType } from '@perf/contracts';
import { jsonText } from '@perf/export-core';
import type { WarningCounter } from '@perf/export-core';
import { Timestamp } from 'apache-arrow';
import type { TypeStyle } from '../arrow-types.ts';
import { TIME_UNITS } from '../arrow-types.ts';
import { BoolBuilder } from './bool-builder.ts';
import { BinaryBuilder } from './bytes-builder.ts';
import type { ColumnBuilder, ColumnSetting } from './column-builder.ts';
import { ConvertedBuilder } from './converted-builder.ts';
import { DateBuilder } from './date-builder.ts';
import { DecimalBuilder } from './decimal-builder.ts';
import { ListBuilder } from './list-builder.ts';
import { Float64Builder, Int32Builder } from './number-builders.ts';
import type { Gauge, Place } from './place.ts';
import { TextBuilder } from './text-builder.ts';
import { Int64Builder, TimestampBuilder } from './word-builder.ts';

/** What the builders of one batch share. */
export interface BuilderContext {
  readonly style: TypeStyle;
  readonly gauge: Gauge;
  /** Raised for every value in which a lone surrogate was replaced. */
  readonly replaced: WarningCounter;
}

/** The builder for a column of a type. */
export function builderFor(setting: ColumnSetting, context: BuilderContext): ColumnBuilder {
  const { type } = setting;
  const { style, gauge, replaced } = context;
  switch (type.kind) {
    case 'bool':
      return new BoolBuilder(setting);
    case 'int32':
      return new Int32Builder(setting);
    case 'int64':
      return new Int64Builder(setting);
    case 'float64':
      return new Float64Builder(setting);
    case 'decimal':
      return new DecimalBuilder(setting, type.precision, type.scale);
    case 'utf8':
      return new TextBuilder(setting, gauge, replaced);
    case 'date':
      return new DateBuilder(setting);
    case 'timestamp': {
      const { unit } = type;
      const isScaled = unit === 's' && style.msForSeconds;
      const arrowType = new Timestamp(TIME_UNITS[isScaled ? 'ms' : unit], style.timezone);
      return new TimestampBuilder(setting, { type: arrowType, unit, scale: isScaled ? 1000 : 1 });
    }
    case 'binary':
      return new BinaryBuilder(setting, gauge);
    case 'json':
      return new ConvertedBuilder(setting, gauge, replaced, jsonText(type, 'number'));
    case 'list':
      return listBuilder(setting, type.item, context);
  }
}

function listBuilder(setting: ColumnSetting, item: DataType, context: BuilderContext): ListBuilder {
  const { place } = setting;
  // An item stands in the list that is being built.
  let list: ListBuilder | undefined;
  const itemPlace: Place = { name: place.name, misfit: (value) => place.misfit(value, list?.length ?? 0) };
  const items = builderFor({ type: item, nullable: true, place: itemPlace }, context);
  list = new ListBuilder(setting, context.gauge, items, context.style.itemName);
  return list;
}
