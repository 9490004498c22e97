import { Field, Schema } from 'apache-arrow';
import type { BuiltColumn } from './columns/plan-columns.ts';

/** The Arrow schema of columns, as their builders write them. */
export function arrowSchema(columns: readonly BuiltColumn[]): Schema {
  return new Schema(columns.map(({ field, builder }) => new Field(field.name, builder.type, field.nullable)));
}
