import type { CatalogColumn, CatalogTable, DataType } from '@perf/contracts';
import { statisticValue } from '@perf/contracts';
import { printName } from '../sql/print-name.ts';
import type { SampledColumn } from './join-statistics.ts';
import type { KeySample } from './key-sample.ts';
import type { JoinPort } from './key-domain.ts';
import { Lowest } from './lowest.ts';
import type { RowReading } from './read-rows.ts';
import { keyOf, readEachRow } from './read-rows.ts';
import { sampleSizes } from './sample-sizes.ts';
import { chanceOf } from './value-hash.ts';

/** A row that was kept. */
export interface KeptRow {
  /** Values as statistics compare them, by column of the sample. */
  readonly values: readonly unknown[];
  /** Its key in each port of the table, in the order of the ports. */
  readonly keys: readonly (string | undefined)[];
}

/** A port of the table that is read, and the keys of its domain. */
export interface TablePort {
  readonly port: JoinPort;
  readonly sample: KeySample;
  /** Place of the port in its domain. */
  readonly place: number;
  /** Seed that the keys of the domain were chosen by. */
  readonly seed: number;
}

/** Rows of one table that were kept. */
export interface RowSample {
  readonly rows: number;
  readonly columns: readonly CatalogColumn[];
  /** An even sample. */
  readonly even: readonly KeptRow[];
  /** By port, an even sample of the rows of each key that is in the sample of its domain. */
  readonly byKey: readonly ReadonlyMap<string, readonly KeptRow[]>[];
}

/** Texts longer than this on average are not kept. */
const LONG_TEXT = 64;
const COMPARED: ReadonlySet<DataType['kind']> = new Set([
  'bool',
  'int32',
  'int64',
  'float64',
  'decimal',
  'utf8',
  'date',
  'timestamp',
]);

/** Reads a table once and keeps what stands for it. Classified columns are read as keys at most, never kept. */
export async function sampleRows(
  reading: RowReading,
  table: CatalogTable,
  { ports, rows: most }: { readonly ports: readonly TablePort[]; readonly rows: number },
): Promise<RowSample> {
  const columns = table.columns.filter(
    ({ type, classification }) => COMPARED.has(type.kind) && classification === undefined,
  );
  const read = [
    ...new Set([...columns.map(({ name }) => name), ...ports.flatMap(({ port }) => port.columns)]),
  ];
  const places = ports.map(({ port }) => port.columns.map((name) => read.indexOf(name)));
  const lists = ports.map((port) => listsOf(port, most));
  const even = new Lowest<KeptRow>(most);
  const own = ports.findIndex(({ port }) => isKey(table, port));
  const seed = chanceOf(table.name, 0) * 2 ** 32;
  let rows = 0;
  const { dialect } = reading.engine;
  const shown = read.map((name) => printName(name, dialect)).join(', ');
  const text = `SELECT ${shown === '' ? '1' : shown} FROM ${printName(table.name, dialect)}`;
  await readEachRow(reading, { text, reading: table.name }, (cells) => {
    const keys = places.map((key) => keyOf(cells, key));
    // By its own key a row is chosen as the key is, so that more of the rows kept have a key that is kept too.
    const ownKey = keys[own];
    const rank =
      ownKey === undefined ? chanceOf(String(rows), seed) : chanceOf(ownKey, ports[own]?.seed ?? seed);
    rows++;
    let row: KeptRow | undefined;
    const keep = (list: Lowest<KeptRow> | undefined): void => {
      if (list === undefined || !list.takes(rank)) return;
      row ??= { keys, values: columns.map(({ type }, i) => statisticValue(type, cells(i))) };
      list.add(rank, row);
    };
    keep(even);
    for (const [i, key] of keys.entries()) if (key !== undefined) keep(lists[i]?.get(key));
  });
  return {
    rows,
    columns,
    even: even.sorted().map(({ item }) => item),
    byKey: lists.map(
      (byKey) => new Map([...byKey].map(([key, list]) => [key, list.sorted().map(({ item }) => item)])),
    ),
  };
}

/** The values of rows in the form that is kept; undefined for a column of long texts. */
export function sampledColumn(
  { name, type }: CatalogColumn,
  values: readonly unknown[],
): SampledColumn | undefined {
  if (type.kind !== 'utf8')
    return {
      name,
      values: values.map((value) =>
        value === undefined || !Number.isFinite(Number(value)) ? null : Number(value),
      ),
    };
  const places = new Map<string, number>();
  let length = 0;
  const codes = values.map((value) => {
    if (typeof value !== 'string') return null;
    length += value.length;
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    return place;
  });
  return length > LONG_TEXT * values.length ? undefined : { name, values: codes, texts: [...places.keys()] };
}

function listsOf({ sample, place }: TablePort, rows: number): Map<string, Lowest<KeptRow>> {
  const sizes = sampleSizes([...sample.keys.values()], place, rows);
  return new Map([...sample.keys.keys()].map((key, i) => [key, new Lowest<KeptRow>(sizes[i] ?? 0)]));
}

function isKey({ uniqueKeys }: CatalogTable, { columns }: JoinPort): boolean {
  return uniqueKeys.some(
    (key) => key.length === columns.length && key.every((name) => columns.includes(name)),
  );
}
