import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@perf/contracts';
import { answerRows, batchSource } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { exportCsv, fileSink } from '@perf/export-csv';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { hostileStrings } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const missing = await missingReaderTools(['python3']);
const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int64' }, nullable: false },
    { name: 'text, "quoted"', type: { kind: 'utf8' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 18, scale: 2 }, nullable: true },
    { name: 'ratio', type: { kind: 'float64' }, nullable: true },
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
  ],
};
/** Python's reader stops at NUL, and DuckDB refuses it. */
const texts = hostileStrings.filter((text) => text.isWellFormed() && !text.includes('\0'));
const rows = texts.map((text, i) => [
  BigInt(i) + 9_007_199_254_740_993n,
  text,
  i % 3 === 0 ? null : `${i}.05`,
  i % 5 === 0 ? null : i / 3,
  new Date(Date.UTC(2001, 0, 1, 0, 0, i, 7)),
]);

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-csv-readers-'));
  path = join(folder, 'out.csv');
  const batch = { kind: 'rows', schema, layout: 'arrays', rows } as const;
  await exportCsv(batchSource(schema, [batch]), fileSink(path), { formulaGuard: false });
});
afterEach(() => rm(folder, { recursive: true }));

describe.skipIf(missing !== undefined)(`CSV read by Python's csv ${missing ?? ''}`, () => {
  it('gives back every value', async () => {
    const script = `import csv, json, sys
csv.field_size_limit(10**9)
print(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8', newline='')))))`;
    const read: unknown = JSON.parse(await runReader('python3', ['-c', script, path]));

    expect(read).toEqual([
      schema.fields.map(({ name }) => name),
      ...rows.map(([id, text, price, ratio, at]) => [
        String(id),
        text,
        price ?? '',
        ratio === null ? '' : String(ratio),
        at instanceof Date ? at.toISOString() : '',
      ]),
    ]);
  });
});

describe('CSV read by DuckDB', () => {
  it('gives back every value, and null apart from the empty text', async () => {
    await using engine = await DuckDbEngine.open(':memory:');
    const types =
      "{'id': 'BIGINT', 'text': 'VARCHAR', 'price': 'DECIMAL(18,2)', 'ratio': 'DOUBLE', 'at': 'TIMESTAMP_MS'}";
    const text = `SELECT * FROM read_csv('${path}', skip = 1, header = false, columns = ${types}, quote = '"', escape = '"',
      strict_mode = true, allow_quoted_nulls = false, new_line = '\\n', max_line_size = 10000000)`;
    const answer = await engine.execute({ dialect: 'duckdb', text, parameters: [] });
    const batches = await Array.fromAsync(answer);

    expect(answerRows({ schema: answer.schema, batches })).toEqual(rows);
  });
});
