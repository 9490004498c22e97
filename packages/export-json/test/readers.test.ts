import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { exportJson, exportNdjson, fileSink } from '@perf/export-json';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { hostileStrings } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const missing = await missingReaderTools(['python3']);
const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int64' }, nullable: false },
    { name: 'text\n"quoted"', type: { kind: 'utf8' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 38, scale: 2 }, nullable: true },
    { name: 'ratio', type: { kind: 'float64' }, nullable: true },
  ],
};
const rows = hostileStrings.map((text, i) => [
  BigInt(i) + 9_007_199_254_740_993n,
  text,
  i % 3 === 0 ? null : `123456789012345678901234567890.${10 + (i % 90)}`,
  i % 5 === 0 ? null : i / 3,
]);

/** Prints what Python has read, numbers as their own digits, texts as code points. */
const SCRIPT = `import decimal, json, sys
whole = lambda text: json.loads(text, parse_float=decimal.Decimal)
text = open(sys.argv[1], encoding='utf-8', newline='').read()
rows = whole(text) if sys.argv[2] == 'json' else [whole(line) for line in text.split('\\n')[:-1]]
shown = lambda v: v if v is None else [ord(c) for c in v] if isinstance(v, str) else str(v)
print(json.dumps([[shown(v) for v in row.values()] for row in rows]))`;

/** As Python sees a text: one number for each code point, half a pair too. */
function shown(value: unknown): unknown {
  return typeof value === 'string' ? Array.from(value, (point) => point.codePointAt(0)) : value;
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-json-readers-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.skipIf(missing !== undefined)(`JSON read by Python ${missing ?? ''}`, () => {
  it.each(['json', 'ndjson'] as const)('gives back every value of %s, with every digit', async (format) => {
    const path = join(folder, `out.${format}`);
    const source = batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]);

    await (format === 'json' ? exportJson : exportNdjson)(source, fileSink(path));
    const read: unknown = JSON.parse(await runReader('python3', ['-c', SCRIPT, path, format]));

    expect(read).toEqual(
      rows.map(([id, text, price, ratio]) => [
        String(id),
        shown(text),
        price,
        ratio === null ? null : String(ratio),
      ]),
    );
  });
});
