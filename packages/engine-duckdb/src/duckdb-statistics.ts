import type { ColumnStatistics, ResultStream, TableStatistics } from '@perf/contracts';
import { cellReader, sampleStatistics } from '@perf/contracts';

/** Runs a statement of ours and gives its columns. */
export type Open = (text: string) => Promise<ResultStream>;

/**
 * Statistics of one table from its exact row count and a repeatable sample; from all rows when there are few. `bytes` is what
 * the values take by the sample; absent where a column has values that are not counted.
 */
export async function tableStatistics(
  name: string,
  sampleRows: number,
  open: Open,
): Promise<TableStatistics> {
  const table = `"${name.replaceAll('"', '""')}"`;
  const [[counted] = []] = await columnValues(await open(`SELECT count(*) FROM ${table}`));
  const rows = Number(counted ?? 0);
  const sample =
    rows <= sampleRows
      ? table
      : `(SELECT * FROM ${table} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7))`;
  const stream = await open(`SELECT * FROM ${sample} AS s`);
  const values = await columnValues(stream);
  const columns = stream.schema.fields.map((field, i): [string, ColumnStatistics] => [
    field.name,
    sampleStatistics(field.type, values[i] ?? [], rows),
  ]);
  const widths = columns.map(([, { averageBytes }]) => averageBytes);
  const bytes = widths.every((width) => width !== undefined)
    ? Math.round(rows * widths.reduce((sum, width) => sum + width, 0))
    : undefined;
  return {
    rows,
    sampledRows: Math.min(rows, sampleRows),
    columns: new Map(columns),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/** All values of a stream, by column. */
async function columnValues(stream: ResultStream): Promise<unknown[][]> {
  const { fields } = stream.schema;
  const values: unknown[][] = fields.map(() => []);
  for await (const batch of stream) {
    if (batch.kind !== 'columns') continue;
    for (const [i, column] of batch.columns.entries()) {
      const field = fields[i];
      if (field === undefined) continue;
      const read = cellReader(field.type, column);
      for (let row = 0; row < batch.length; row++) values[i]?.push(read(row));
    }
  }
  return values;
}
