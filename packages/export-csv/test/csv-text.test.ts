import { isUtf8 } from 'node:buffer';
import type { Batch, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import type { CsvOptions } from '@perf/export-csv';
import { exportCsv, memorySink } from '@perf/export-csv';
import { hostileStrings, unencodableStrings } from '@perf/testkit';
import * as fc from 'fast-check';
import { writeToString } from 'fast-csv';
import { describe, expect, it } from 'vitest';
import { parseCsv } from './parse-csv.ts';

const schema: Schema = {
  fields: [
    { name: 'a', type: { kind: 'utf8' }, nullable: true },
    { name: 'b', type: { kind: 'utf8' }, nullable: true },
  ],
};

type Row = readonly (string | null)[];

/** The same rows in the three shapes, and as UTF-8 columns. */
function shapesOf(rows: readonly Row[]): Batch[] {
  const arrays: Batch = { kind: 'rows', schema, layout: 'arrays', rows };
  const objects: Batch = {
    kind: 'rows',
    schema,
    layout: 'objects',
    rows: rows.map(([a, b]) => (b === null ? { a } : { a, b })),
  };
  const columns = toColumns(arrays);
  const utf8: Batch = {
    ...columns,
    columns: columns.columns.map(({ data, validity }, i) => ({
      data: utf8Data(rows.map((row) => row[i] ?? '')),
      ...(validity === undefined || data === undefined ? {} : { validity }),
    })),
  };
  return [arrays, objects, columns, utf8];
}

function utf8Data(values: readonly string[]): { offsets: Int32Array; bytes: Uint8Array } {
  const parts = values.map((value) => Buffer.from(value));
  let end = 3;
  const offsets = [end, ...parts.map((part) => (end += part.length))];
  return { offsets: Int32Array.from(offsets), bytes: Buffer.concat([Buffer.from('pad'), ...parts]) };
}

async function bytesOf(batch: Batch, options: CsvOptions = {}): Promise<Buffer> {
  const sink = memorySink();
  await exportCsv(batchSource(schema, [batch]), sink, options);
  return Buffer.from(sink.bytes());
}

/** Output of the row form; fails unless every other shape gives the same bytes. */
async function textOf(rows: readonly Row[], options: CsvOptions = {}): Promise<string> {
  const [first, ...others] = await Promise.all(shapesOf(rows).map(async (batch) => bytesOf(batch, options)));
  for (const other of others) expect(first?.equals(other)).toBe(true);
  return first?.toString() ?? '';
}

const unguarded: CsvOptions = { formulaGuard: false };
const nasty = fc.string({
  unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'x', 'é', '漢', '😀', '=', "'"),
  maxLength: 90,
});
const cell = fc.oneof(
  nasty,
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(...hostileStrings.slice(0, 150)),
);
const rowsOf = (one: fc.Arbitrary<string | null>): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(one, one), { maxLength: 20 });

describe('text', () => {
  it('comes back from a strict reader as it was, null apart from the empty text', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(fc.option(cell)), async (rows) => {
        const [, ...lines] = parseCsv(await textOf(rows, unguarded));

        expect(
          lines.map((line) => line.map(({ text, isQuoted }) => (text === '' && !isQuoted ? null : text))),
        ).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back with any marks', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf(cell),
        fc.constantFrom([';', "'"], ['\t', '"'], ['|', '~'], [' ', '"'], ['=', '@'], ['^', '$']),
        async (rows, [delimiter = ',', quote = '"']) => {
          const text = await textOf(rows, { ...unguarded, delimiter, quote, lineEnding: '\r\n' });

          const [, ...lines] = parseCsv(text, delimiter, quote);
          expect(lines.map((line) => line.map((parsed) => parsed.text))).toEqual(rows);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('doubles the quote $ in long text too', async () => {
    const long = `${'word '.repeat(20)}$ $$`;

    const [, line] = parseCsv(await textOf([[long, 'x']], { quote: '$' }), ',', '$');

    expect(line?.[0]?.text).toBe(long);
  });

  it('is what fast-csv writes', async () => {
    // fast-csv writes the empty text as null is written, drops U+0000, and quotes needlessly at | and after a quote.
    const plain = cell.filter((text) => text !== '' && !/[\0"|]/.test(text));
    await fc.assert(
      fc.asyncProperty(rowsOf(plain), async (rows) => {
        fc.pre(rows.length > 0);

        const ours = await textOf(rows, { ...unguarded, finalNewline: false });

        const records = rows.map(([a, b]) => ({ a, b }));
        expect(ours).toBe(await writeToString(records, { headers: true }));
      }),
      { numRuns: 200 },
    );
  });

  it('with lone surrogates becomes valid UTF-8, and the manifest tells', async () => {
    const rows = unencodableStrings.map((text) => [text, `${text} and ${'long '.repeat(20)}`]);
    const sink = memorySink();

    const { warnings } = await exportCsv(
      batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]),
      sink,
    );

    expect(isUtf8(sink.bytes())).toBe(true);
    expect(Buffer.from(sink.bytes()).toString()).toContain('high \uFFFD alone');
    expect(warnings).toMatchObject([
      { code: 'lone-surrogate-replaced', column: 'a', count: 4 },
      { code: 'lone-surrogate-replaced', column: 'b', count: 4 },
    ]);
  });

  it('of 20 MB in one cell is written whole', async () => {
    const giant = 'é"x,'.repeat(5_000_000);

    const bytes = await bytesOf({
      kind: 'rows',
      schema,
      layout: 'arrays',
      rows: [
        ['a', giant],
        [giant, null],
      ],
    });

    const expected = `a,b\na,"${giant.replaceAll('"', '""')}"\n"${giant.replaceAll('"', '""')}",\n`;
    expect(bytes.equals(Buffer.from(expected))).toBe(true);
  });

  it('that fills blocks to their last byte loses nothing', async () => {
    const lengths = [
      300_000, 349_524, 349_525, 349_526, 699_000, 699_050, 699_051, 700_000, 1_048_576, 2_097_152,
    ];
    const rows = lengths.flatMap((length) => ['x', 'é', '"'].map((unit) => ['k', unit.repeat(length)]));

    const text = await textOf(rows, unguarded);

    const [, ...lines] = parseCsv(text);
    expect(lines.map((line) => line[1]?.text.length)).toEqual(rows.map((row) => row[1]?.length));
  });

  it('that is not UTF-8 in a column is refused', async () => {
    const bytes = Uint8Array.of(0xc3, 0x28);
    const batch: Batch = {
      kind: 'columns',
      schema,
      length: 1,
      columns: [{ data: { offsets: Int32Array.of(0, 2), bytes } }, { data: ['x'] }],
    };

    await expect(bytesOf(batch)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });

  it.each([
    ['behind its bytes', [0, 1, 9], 'ERR_PERF_SOURCE_FAILED'],
    ['that fall', [0, 3, 1], 'ERR_PERF_SOURCE_FAILED'],
    ['before its bytes', [-1, 1, 3], 'ERR_PERF_SOURCE_FAILED'],
    ['inside of a character', [0, 2, 3], 'ERR_PERF_INVALID_VALUE'],
  ])('with offsets %s is refused', async (_, offsets, code) => {
    const data = { offsets: Int32Array.from(offsets), bytes: Buffer.from('aé') };
    const columns = [{ data }, { data: ['x', 'y'] }];
    const batch: Batch = { kind: 'columns', schema, length: 2, columns };

    await expect(bytesOf(batch)).rejects.toMatchObject({ code });
  });

  it('is looked at anew in every batch, though a source uses its memory again', async () => {
    const bytes = new Uint8Array(8);
    const data = { offsets: Int32Array.of(0, 8), bytes };
    const batch: Batch = { kind: 'columns', schema, length: 1, columns: [{ data }, { data: ['x'] }] };
    const source = batchSource(
      schema,
      (function* () {
        for (const text of ['harmless', 'a,"b\nc,d']) {
          bytes.set(Buffer.from(text));
          yield batch;
        }
      })(),
    );
    const sink = memorySink();

    await exportCsv(source, sink);

    expect(Buffer.from(sink.bytes()).toString()).toBe('a,b\nharmless,x\n"a,""b\nc,d",x\n');
  });

  it('in 16,385 columns comes back', async () => {
    const names = Array.from({ length: 16_385 }, (_, i) => `c${i}`);
    const sink = memorySink();

    await exportCsv([Object.fromEntries(names.map((name, i) => [name, `${i},`]))], sink);

    const [titles, line] = parseCsv(Buffer.from(sink.bytes()).toString());
    expect(titles?.map(({ text }) => text)).toEqual(names);
    expect(line?.map(({ text }) => text)).toEqual(names.map((_, i) => `${i},`));
  });
});

describe('the formula guard', () => {
  const LIVE = /^\uFEFF?[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
  const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

  it('leaves no live formula, in any shape and size', async () => {
    const lead = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\uFEFF=');
    const body = fc.oneof(fc.constantFrom('1+1', "cmd|'/C calc'!A0", 'SUM(A1)', '5', '1e3', ''), cell);
    const formula = fc.tuple(lead, body).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(rowsOf(formula), fc.boolean(), async (rows, quoteAll) => {
        const lines = parseCsv(await textOf(rows, { quoteAll }));

        for (const { text } of lines.flat()) expect(LIVE.test(text) && !NUMBER.test(text)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['-5', '+1.5e3', '-.5', '+0', '-1e-7', '5', 'a=b', "'=1", ' =1', 'x'])(
    'passes %s',
    async (text) => {
      const [, line] = parseCsv(await textOf([[text, 'x']]));

      expect(line?.[0]?.text).toBe(text);
    },
  );

  it.each([
    '=1',
    '-5-3',
    '+1+1',
    '-',
    '--5',
    '@x',
    '＝1',
    '-5\n',
    '-1,5',
    '\t=1',
    '\uFEFF=1+1',
    `${'\uFEFF'.repeat(20_000)}@x`,
    `=${'x'.repeat(3_000_000)}`,
  ])('disarms a formula (case %#)', async (text) => {
    const [, line] = parseCsv(await textOf([[text, 'x']]));

    expect(line?.[0]?.text).toBe(`'${text}`);
  });

  it('guards titles too, and counts by column', async () => {
    const rows = [
      { '=x': '@1', y: '-5' },
      { '=x': '=1', y: '+a' },
    ];
    const sink = memorySink();

    const { warnings } = await exportCsv(rows, sink);

    expect(Buffer.from(sink.bytes()).toString()).toBe("'=x,y\n'@1,-5\n'=1,'+a\n");
    expect(warnings).toMatchObject([
      { code: 'formula-guarded', column: '=x', count: 3 },
      { code: 'formula-guarded', column: 'y', count: 1 },
    ]);
  });

  it('counts a value once however often it meets a full block', async () => {
    const rows = Array.from({ length: 10 }, () => [`=${'x'.repeat(400_000)}`, `=${'y'.repeat(800_000)}`]);

    const { warnings } = await exportCsv(
      batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]),
      memorySink(),
    );

    expect(warnings.map(({ count }) => count)).toEqual([10, 10]);
  });
});
