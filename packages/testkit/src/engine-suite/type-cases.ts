import { parseDataType, printDataType } from '@perf/contracts';
import type { DataType } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { readRows } from '../read-rows.ts';
import type { EngineFixture } from './fixture.ts';
import { open, statement } from './fixture.ts';
import { instantLiteral, sqlLiteral } from './sql-literal.ts';

/** Every type the engine names: its values come back unchanged, as rows and as columns. */
export function typeCases(fixture: EngineFixture): void {
  describe('types', () => {
    const subject = fixture.subjectForGroup();
    const named = Object.keys(fixture.types).map((printed) => ({ printed, type: typeNamed(printed) }));

    it.each(named)('round-trips $printed with nulls, in both shapes', async ({ printed, type }) => {
      const { engine, run } = subject();
      const column = fixture.types[printed];
      const values = [null, ...sampleValues(type), null];
      const table = `perf_type_${printed.replaceAll(/\W+/g, '_')}`;
      const literals = values.map((value, id) => `(${id}, ${literalFor(type, value, column?.literal)})`);
      await run(`CREATE TABLE ${table} (id ${fixture.types.int64.sql} NOT NULL, v ${column?.sql ?? ''})`);
      await run(`INSERT INTO ${table} VALUES ${literals.join(', ')}`);

      for (const shape of ['rows', 'columns'] as const) {
        const text = `SELECT v FROM ${table} ORDER BY id`;
        const stream = await engine.execute(statement(engine.dialect, text), { shape });
        const field = stream.schema.fields[0];

        expect(field === undefined ? 'none' : printDataType(field.type)).toBe(printed);
        expect((await readRows(stream)).map((row) => row[0])).toEqual(values);
      }
    });

    it.each(named.filter(({ type }) => bindable(type)))(
      'binds every value of $printed',
      async ({ printed, type }) => {
        const { engine, run } = subject();
        const column = fixture.types[printed];
        const values = sampleValues(type);
        const table = `perf_bind_${printed.replaceAll(/\W+/g, '_')}`;
        const literals = values.map((value, id) => `(${id}, ${literalFor(type, value, column?.literal)})`);
        await run(`CREATE TABLE ${table} (id ${fixture.types.int64.sql} NOT NULL, v ${column?.sql ?? ''})`);
        await run(`INSERT INTO ${table} VALUES ${literals.join(', ')}`);

        for (const [id, value] of values.entries()) {
          if (!isBindable(value)) throw new TypeError(`no parameter can be ${String(value)}`);
          const found = await readRows(await open(engine, `SELECT id FROM ${table} WHERE v = {0}`, [value]));

          expect(found, `the id of ${String(value)}`).toEqual([[BigInt(id)]]);
        }
      },
    );
  });
}

/** Values worth keeping: ends, zero, the neighbours of what a float64 cannot hold. All distinct, none null. */
function sampleValues(type: DataType): readonly unknown[] {
  switch (type.kind) {
    case 'bool':
      return [true, false];
    case 'int32':
      return [-2_147_483_648, -1, 0, 1, 2_147_483_647];
    case 'int64':
      return [-(2n ** 63n), -1n, 0n, 9_007_199_254_740_993n, 2n ** 63n - 1n];
    case 'float64':
      return [0, 0.1, -1.5, 1e300, -1e-300, 1 / 3, 9_007_199_254_740_991];
    case 'decimal':
      return decimals(type.precision, type.scale);
    case 'utf8':
      return ['', 'plain', "it's", 'é 漢字 😀', 'two\nlines', ' padded '];
    case 'date':
      return ['1970-01-01', '1969-12-31', '2000-02-29', '0001-01-01', '9999-12-31'];
    case 'timestamp':
      return instants(type.unit);
    case 'binary':
      return [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(255, 39, 0, 92, 10)];
    case 'json':
      return [{ a: [1, null, 'x'], b: { c: true } }, [], 'text', 3.5, false];
    case 'list':
      return [[], sampleValues(type.item), sampleValues(type.item).slice(0, 1)];
  }
}

function decimals(precision: number, scale: number): string[] {
  const nines = '9'.repeat(precision - scale) || '0';
  const point = (whole: string, digit: string): string =>
    scale === 0 ? whole : `${whole}.${digit.repeat(scale)}`;
  return [point('0', '0'), point('1', '5'), point(nines, '9'), point(`-${nines}`, '9')];
}

function instants(unit: 's' | 'ms' | 'us' | 'ns'): readonly unknown[] {
  switch (unit) {
    case 's':
      return [new Date(0), new Date(-1000), new Date('2001-02-28T23:59:59Z')];
    case 'ms':
      return [new Date(0), new Date(-1), new Date('2001-02-28T23:59:59.999Z')];
    case 'us':
      return [0n, -1n, 983_404_799_999_999n];
    case 'ns':
      return [0n, -1n, 983_404_799_999_999_999n];
  }
}

function literalFor(type: DataType, value: unknown, own: ((value: unknown) => string) | undefined): string {
  if (value === null) return 'NULL';
  if (own !== undefined) return own(value);
  if (type.kind === 'timestamp' && typeof value === 'bigint')
    return instantLiteral(value, type.unit === 'us' ? 1_000_000n : 1_000_000_000n);
  return type.kind === 'json' ? `'${JSON.stringify(value).replaceAll("'", "''")}'` : sqlLiteral(value);
}

function typeNamed(printed: string): DataType {
  const type = parseDataType(printed);
  if (type === undefined) throw new TypeError(`${printed} is not the printed form of a type`);
  return type;
}

/** Types whose row form is itself a parameter that every driver compares exactly. */
function bindable(type: DataType): boolean {
  return ['bool', 'int32', 'int64', 'float64', 'utf8', 'date', 'decimal', 'binary'].includes(type.kind);
}

function isBindable(value: unknown): value is string | number | bigint | boolean | Uint8Array {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value) || value instanceof Uint8Array;
}
