import { printDataType } from '@perf/contracts';
import type { CatalogTable, QueryEngine } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { EngineFixture } from './fixture.ts';

/** What an engine must say of its tables. */
export function catalogCases(fixture: EngineFixture): void {
  describe('catalogue', () => {
    const subject = fixture.subjectForGroup();

    it('lists columns in declared order, with type and nullability', async () => {
      const flights = await tableOf(subject().engine, 'perf_flights');

      expect(
        flights.columns.map((column) => [column.name, printDataType(column.type), column.nullable]),
      ).toEqual([
        ['id', 'int64', false],
        ['origin', 'utf8', false],
        ['delay', 'int64', true],
        ['flown', 'utf8', false],
      ]);
    });

    it('reads floats and texts as declared', async () => {
      const airports = await tableOf(subject().engine, 'perf_airports');

      expect(airports.columns.map((column) => printDataType(column.type))).toEqual([
        'utf8',
        'utf8',
        'float64',
      ]);
    });

    it('lists unique keys, the primary key first', async () => {
      const flights = await tableOf(subject().engine, 'perf_flights');

      expect(flights.uniqueKeys[0]).toEqual(['id']);
      expect(flights.uniqueKeys).toContainEqual(['origin', 'flown']);
      expect((await tableOf(subject().engine, 'perf_numbers')).uniqueKeys).toEqual([]);
    });

    it('lists foreign keys and says whether they are enforced', async () => {
      const flights = await tableOf(subject().engine, 'perf_flights');

      expect(flights.foreignKeys).toHaveLength(1);
      expect(flights.foreignKeys[0]).toMatchObject({
        columns: ['origin'],
        table: 'perf_airports',
        references: ['iata'],
      });
      expect(flights.foreignKeys[0]?.enforced).toBeTypeOf('boolean');
      expect((await tableOf(subject().engine, 'perf_airports')).foreignKeys).toEqual([]);
    });

    it('keeps its version while the schema stays', async () => {
      const { engine } = subject();

      expect((await engine.catalog()).version).toBe((await engine.catalog()).version);
    });

    it.skipIf(fixture.options.noticesSchemaChanges === false)(
      'shows a new table, under a new version',
      async () => {
        const { engine, run } = subject();
        const before = await engine.catalog();

        await run(`CREATE TABLE perf_later (id ${fixture.types.int64.sql})`);

        const after = await engine.catalog();
        expect(before.tables.has('perf_later')).toBe(false);
        expect(after.tables.has('perf_later')).toBe(true);
        expect(after.version).not.toBe(before.version);
      },
    );

    it('says what it can do', () => {
      const { engine } = subject();
      const { capabilities } = engine;

      expect(capabilities.operators.has('eq')).toBe(true);
      expect(capabilities.whatIf).toBe('whatIf' in engine && engine.whatIf !== undefined);
      expect(['nodes', 'root', 'none']).toContain(capabilities.analyze);
    });
  });
}

async function tableOf(engine: QueryEngine, name: string): Promise<CatalogTable> {
  const table = (await engine.catalog()).tables.get(name);
  if (table === undefined) throw new Error(`the catalogue has no table ${name}`);
  return table;
}
