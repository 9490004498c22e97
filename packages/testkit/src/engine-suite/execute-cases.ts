import { batchLength } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../hostile-strings.ts';
import { readRows, rowsOf } from '../read-rows.ts';
import type { EngineFixture } from './fixture.ts';
import { crossDigits, NUMBERS_ROWS, open, statement } from './fixture.ts';

/** Answers, shapes, parameters and errors. */
export function executeCases(fixture: EngineFixture): void {
  describe('execute', () => {
    const engine = fixture.engineForGroup();

    it('gives the rows in order, under the names of the statement', async () => {
      const stream = await open(engine(), 'SELECT iata AS code, elevation FROM perf_airports ORDER BY iata');

      expect(stream.schema.fields.map((field) => [field.name, field.type.kind])).toEqual([
        ['code', 'utf8'],
        ['elevation', 'float64'],
      ]);
      expect(await readRows(stream)).toEqual([
        ['DEN', 1655.5],
        ['SFO', 4],
        ['XXX', null],
      ]);
    });

    it('gives the same answer as rows and as columns', async () => {
      const text = 'SELECT id, delay, carrier, price FROM perf_numbers ORDER BY id';
      const answers: unknown[][][] = [];
      for (const shape of ['rows', 'columns'] as const) {
        const stream = await engine().execute(statement(engine().dialect, text), { shape });
        const rows: unknown[][] = [];
        for await (const batch of stream) {
          expect(batch.kind).toBe(shape);
          expect(batch.schema).toEqual(stream.schema);
          for (const row of rowsOf(batch)) rows.push(row);
        }
        answers.push(rows);
      }

      expect(answers[0]).toHaveLength(NUMBERS_ROWS);
      expect(answers[0]?.[1]).toEqual([1n, 1n, 'AA', 0.5]);
      expect(answers[0]?.[10]).toEqual([10n, null, 'AA', 5]);
      expect(answers[1]).toEqual(answers[0]);
    });

    it.each(['rows', 'columns'] as const)(
      'gives rows by default and never more than batchRows (%s)',
      async (shape) => {
        const stream = await engine().execute(statement(engine().dialect, crossDigits('t0.d AS d', 4)), {
          batchRows: 100,
          shape,
        });

        let rows = 0;
        for await (const batch of stream) {
          expect(batchLength(batch)).toBeLessThanOrEqual(100);
          rows += batchLength(batch);
        }
        expect(rows).toBe(10_000);
      },
    );

    it('gives rows unless asked for columns', async () => {
      for await (const batch of await open(engine(), 'SELECT d FROM perf_digits'))
        expect(batch.kind).toBe('rows');
    });

    it.each(['rows', 'columns'] as const)('gives an empty answer its schema (%s)', async (shape) => {
      const text = 'SELECT id, carrier FROM perf_numbers WHERE id < 0';
      const stream = await engine().execute(statement(engine().dialect, text), { shape });

      expect(stream.schema.fields.map((field) => [field.name, field.type.kind])).toEqual([
        ['id', 'int64'],
        ['carrier', 'utf8'],
      ]);
      expect(await readRows(stream)).toEqual([]);
    });

    it('keeps columns of equal name apart', async () => {
      const stream = await open(
        engine(),
        'SELECT a.d, b.d FROM perf_digits a CROSS JOIN perf_digits b WHERE a.d = 3 AND b.d = 7',
      );
      const rows = stream.schema.fields.map((field) => field.name);
      const found: unknown[][] = [];
      for await (const batch of stream) {
        expect(batch).toMatchObject({ kind: 'rows', layout: 'arrays' });
        found.push(...rowsOf(batch));
      }

      expect(rows).toHaveLength(2);
      expect(found).toEqual([[3n, 7n]]);
    });

    it('binds parameters as data, however hostile', async () => {
      for (const [id, text] of hostileStrings.entries()) {
        const byText = await readRows(
          await open(engine(), 'SELECT id FROM perf_texts WHERE v = {0}', [text]),
        );
        const byId = await readRows(
          await open(engine(), 'SELECT v FROM perf_texts WHERE id = {0}', [BigInt(id)]),
        );

        expect(byText, `the id of ${JSON.stringify(text.slice(0, 40))}`).toEqual([[BigInt(id)]]);
        expect(byId[0]?.[0] === text, `the text ${JSON.stringify(text.slice(0, 40))}`).toBe(true);
      }
    });

    it('binds numbers, bigints and nulls, several in order', async () => {
      const within = 'SELECT id FROM perf_numbers WHERE id >= {0} AND id < {1} AND carrier = {2} ORDER BY id';

      expect(await readRows(await open(engine(), within, [10, 13n, 'AA']))).toEqual([[10n], [11n], [12n]]);
      expect(
        await readRows(await open(engine(), 'SELECT id FROM perf_numbers WHERE delay = {0}', [null])),
      ).toEqual([]);
      expect(
        await readRows(await open(engine(), 'SELECT id FROM perf_numbers WHERE price = {0}', [0.5])),
      ).toEqual([[1n]]);
    });

    it.each(['SELECT nothing FROM perf_digits', 'SELECT * FROM perf_no_such_table', 'SELEC 1'])(
      'refuses %s before the first batch, with the cause, and goes on',
      async (text) => {
        const error = await open(engine(), text).catch((refused: unknown) => refused);

        expect(error).toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
        expect(error).toHaveProperty('cause');
        expect(error).not.toHaveProperty('cause', undefined);
        expect(await readRows(await open(engine(), 'SELECT d FROM perf_digits WHERE d = 4'))).toEqual([[4n]]);
      },
    );

    it('answers statements that run at once, each with its own answer', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, d) =>
          readRows(await open(engine(), 'SELECT d FROM perf_digits WHERE d = {0}', [d])),
        ),
      );

      expect(answers).toEqual(Array.from({ length: 12 }, (_, d) => (d < 10 ? [[BigInt(d)]] : [])));
    });
  });
}
