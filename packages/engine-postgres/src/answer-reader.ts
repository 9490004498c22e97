import type { Batch, DataType, Field, Schema } from '@perf/contracts';
import { PerfError, columnOf } from '@perf/contracts';
import type { DescribedField, RawRow } from './pg-client.ts';
import type { KnownTypes } from './postgres-types.ts';
import { postgresType } from './postgres-types.ts';
import { UnfitValue, valueReader } from './value-reader.ts';
import type { ValueReader } from './value-reader.ts';

/** Makes batches of the rows of one answer. */
export class AnswerReader {
  readonly schema: Schema;
  readonly #read: readonly ValueReader[];
  readonly #shape: 'rows' | 'columns';
  #rowsRead = 0;

  /** @param written the columns as the statement's author knows them; it must have as many as the answer */
  constructor(
    described: readonly DescribedField[],
    known: KnownTypes,
    { shape, written }: { readonly shape: 'rows' | 'columns'; readonly written: Schema | undefined },
  ) {
    if (written !== undefined && written.fields.length !== described.length)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `the answer has ${described.length} columns, the statement's schema ${written.fields.length}`,
      );
    const columns = described.map(({ name, dataTypeID, dataTypeModifier }, i) => {
      const source = postgresType(dataTypeID, dataTypeModifier, known);
      const field = fieldOf(name, source, written?.fields[i]);
      return { field, read: valueReader(source, field.type) };
    });
    this.schema = { fields: columns.map(({ field }) => field) };
    this.#read = columns.map(({ read }) => read);
    this.#shape = shape;
  }

  /** The next batch, of these rows. */
  batch(raw: readonly RawRow[]): Batch {
    const { schema } = this;
    const from = this.#rowsRead;
    this.#rowsRead += raw.length;
    if (this.#shape === 'rows')
      return { kind: 'rows', schema, layout: 'arrays', rows: raw.map((row, i) => this.#row(row, from + i)) };
    const columns = schema.fields.map((field, column) =>
      columnOf(
        field,
        raw.map((row, i) => this.#value(row, column, from + i)),
      ),
    );
    return { kind: 'columns', schema, length: raw.length, columns };
  }

  #row(row: RawRow, number: number): unknown[] {
    return row.map((_, column) => this.#value(row, column, number));
  }

  #value(row: RawRow, column: number, number: number): unknown {
    const text = row[column];
    if (text === null || text === undefined) return null;
    try {
      return this.#read[column]?.(text);
    } catch (error) {
      const why = error instanceof UnfitValue ? error.message : 'a value that cannot be read';
      throw new PerfError(
        'ERR_PERF_INVALID_VALUE',
        `column ${this.schema.fields[column]?.name}, row ${number}: Postgres holds ${why}; cast it in the statement`,
      );
    }
  }
}

/** The server tells types; of a number without bounds, an instant and a list only the author knows how fine they are. */
function fieldOf(name: string, source: ReturnType<typeof postgresType>, written: Field | undefined): Field {
  const classification = written?.classification;
  const known = written !== undefined && refines(source, written);
  const unknown = source.isUnbounded === true ? { kind: 'utf8' as const } : source.type;
  return {
    name,
    type: known ? written.type : unknown,
    nullable: true,
    ...(classification === undefined ? {} : { classification }),
  };
}

function refines({ type, isUnbounded, item }: ReturnType<typeof postgresType>, written: Field): boolean {
  const { kind } = written.type;
  if (type.kind === 'decimal') return isUnbounded === true && kind === 'decimal';
  if (type.kind === 'timestamp') return kind === 'timestamp';
  return item !== undefined && kind === 'list' && innermost(type).kind === innermost(written.type).kind;
}

function innermost(type: DataType): DataType {
  let inner = type;
  while (inner.kind === 'list') inner = inner.item;
  return inner;
}
