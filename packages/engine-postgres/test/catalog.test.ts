import { printDataType } from '@perf/contracts';
import type { CatalogTable } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import { describeWith } from '@perf/services/vitest';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openSubject, sql } from './open.ts';
import type { Subject } from './open.ts';

function catalogTests(url: string): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(url);
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  async function table(name: string): Promise<CatalogTable> {
    const found = (await subject.engine.catalog()).tables.get(name);
    if (found === undefined) throw new Error(`no table ${name}`);
    return found;
  }

  it('reads types, with their own names where they print differently', async () => {
    await subject.run(`CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN price AS numeric(8,2);
      CREATE COLLATION german (provider = icu, locale = 'de');
      CREATE TABLE types (a int NOT NULL, b numeric(12,2), c numeric, d text, e text COLLATE german, f text COLLATE "C", g varchar(9),
        h char(3), i mood, j uuid, k timestamptz, l timestamp(3), m date, n jsonb, o bytea, p text[], q price, r price[])`);

    const { columns } = await table('types');
    expect(
      columns.map(({ name, type, nullable, engineType }) =>
        [name, printDataType(type), nullable, engineType].filter((part) => part !== undefined).join(' '),
      ),
    ).toEqual([
      'a int32 false',
      'b decimal(12,2) true',
      'c decimal(38,18) true',
      'd utf8 true',
      'e utf8 true text COLLATE german',
      'f utf8 true',
      'g utf8 true',
      'h utf8 true character(3)',
      'i utf8 true mood',
      'j utf8 true uuid',
      'k timestamp(us) true timestamp with time zone',
      'l timestamp(ms) true',
      'm date true',
      'n json true',
      'o binary true',
      'p list<utf8> true',
      'q decimal(8,2) true',
      'r list<decimal(8,2)> true',
    ]);
  });

  it('claims only keys that hold for all rows at all times', async () => {
    await subject.run(`CREATE TABLE keys (id int PRIMARY KEY, a int UNIQUE, b int, c int UNIQUE DEFERRABLE, d text, e int, f int);
      CREATE UNIQUE INDEX keys_partial ON keys (b) WHERE b > 0;
      CREATE UNIQUE INDEX keys_expression ON keys (lower(d));
      CREATE UNIQUE INDEX keys_two ON keys (e, f) INCLUDE (d);
      CREATE UNIQUE INDEX keys_again ON keys (a);
      INSERT INTO keys (id, b) VALUES (1, -1), (2, -1)`);
    await subject.run('CREATE UNIQUE INDEX CONCURRENTLY keys_invalid ON keys (b)').catch(() => undefined);

    expect((await table('keys')).uniqueKeys).toEqual([['id'], ['a'], ['e', 'f']]);
  });

  it('calls foreign keys enforced only while they are', async () => {
    await subject.run(`CREATE TABLE parents (id int PRIMARY KEY);
      CREATE TABLE children (a int REFERENCES parents, b int REFERENCES parents DEFERRABLE, c int, d int);
      ALTER TABLE children ADD CONSTRAINT late FOREIGN KEY (c) REFERENCES parents NOT VALID`);
    const enforced = async (): Promise<unknown> =>
      (await table('children')).foreignKeys.map((key) => [key.columns.join(), key.enforced]);

    expect(await enforced()).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
    await subject.run('ALTER TABLE children VALIDATE CONSTRAINT late');
    expect(await enforced()).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
    ]);
    await subject.run('ALTER TABLE parents DISABLE TRIGGER ALL');
    expect(await enforced()).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
    ]);
    await subject.run('ALTER TABLE parents ENABLE TRIGGER ALL');
    const replica = new Pool({
      connectionString: subject.url,
      options: '-c session_replication_role=replica',
    });
    const engine = await PostgresEngine.open(replica);
    expect((await engine.catalog()).tables.get('children')?.foreignKeys.map((key) => key.enforced)).toEqual([
      false,
      false,
      false,
    ]);
    await replica.end();
  });

  it('does not trust a foreign key whose equality folds letters', async () => {
    await subject.run(`CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE names (name text COLLATE folding PRIMARY KEY);
      CREATE TABLE named (name text COLLATE folding REFERENCES names)`);

    expect((await table('named')).foreignKeys.map((key) => key.enforced)).toEqual([false]);
  });

  it('takes a table with heirs for what its rows are: no key, nothing required', async () => {
    await subject.run(`CREATE TABLE base (id int PRIMARY KEY, p int NOT NULL REFERENCES parents);
      CREATE TABLE heir () INHERITS (base)`);

    const base = await table('base');
    expect(base.uniqueKeys).toEqual([]);
    expect(base.foreignKeys).toEqual([]);
    expect(base.columns.every(({ nullable }) => nullable)).toBe(true);
  });

  it('lists a partitioned table with its key, and views, but no partitions and other schemas', async () => {
    await subject.run(`CREATE TABLE days (day date, n int, PRIMARY KEY (day, n)) PARTITION BY RANGE (day);
      CREATE TABLE days_2001 PARTITION OF days FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');
      CREATE VIEW seen AS SELECT e, k FROM types; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;
      CREATE SCHEMA other; CREATE TABLE other.hidden (a int); CREATE TABLE other.types (z int)`);

    const { tables } = await subject.engine.catalog();
    expect(tables.get('days')?.uniqueKeys).toEqual([['day', 'n']]);
    expect(tables.get('seen')?.columns.map(({ engineType }) => engineType)).toEqual([
      'text COLLATE german',
      'timestamp with time zone',
    ]);
    expect([...tables.keys()].filter((name) => ['days_2001', 'hidden', 'kept'].includes(name))).toEqual([
      'kept',
    ]);
    const both = await PostgresEngine.open(subject.pool, { schemas: ['other', 'public'] });
    const catalog = await both.catalog();
    expect(catalog.tables.get('types')?.columns.map(({ name }) => name)).toEqual(['z']);
    expect(catalog.tables.has('hidden') && catalog.tables.has('days')).toBe(true);
    expect((await ask(both, 'SELECT * FROM types')).schema.fields.map(({ name }) => name)).toEqual(['z']);
  });

  it('shows a user only what it may read, and no key of a table whose rows a policy hides', async () => {
    await subject.run(`CREATE TABLE guarded (id int PRIMARY KEY, owner text); INSERT INTO guarded VALUES (1, 'x');
      CREATE TABLE pointing (g int NOT NULL REFERENCES guarded, secret int); CREATE TABLE closed (a int);
      ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON guarded USING (owner = current_user);
      DROP ROLE IF EXISTS perf_reader; CREATE ROLE perf_reader LOGIN; GRANT SELECT ON guarded TO perf_reader;
      GRANT SELECT (g) ON pointing TO perf_reader`);
    const own = new URL(subject.url);
    own.username = 'perf_reader';
    const pool = new Pool({ connectionString: own.href });
    const { tables } = await (await PostgresEngine.open(pool)).catalog();
    await pool.end();

    expect((await table('guarded')).uniqueKeys).toEqual([['id']]);
    expect((await table('pointing')).foreignKeys[0]?.enforced).toBe(true);
    expect(tables.get('guarded')).toMatchObject({ uniqueKeys: [], foreignKeys: [] });
    expect(tables.get('pointing')?.columns.map(({ name }) => name)).toEqual(['g']);
    expect(tables.get('pointing')?.foreignKeys[0]?.enforced).toBe(false);
    expect(tables.has('closed')).toBe(false);
    await subject.run('DROP OWNED BY perf_reader; DROP ROLE perf_reader');
  });

  it.each([
    'CREATE TABLE moving (a varchar(10), b int)',
    'ALTER TABLE moving ADD COLUMN c int',
    'ALTER TABLE moving ALTER COLUMN a TYPE varchar(20)',
    'ALTER TABLE moving ALTER COLUMN b SET NOT NULL',
    'ALTER TABLE moving RENAME COLUMN c TO d',
    'ALTER TABLE moving ADD CONSTRAINT moving_key UNIQUE (b)',
    'ALTER TABLE moving DROP CONSTRAINT moving_key',
    'CREATE UNIQUE INDEX moving_index ON moving (d)',
    'DROP INDEX moving_index',
    'ALTER TABLE moving ADD FOREIGN KEY (b) REFERENCES parents',
    'ALTER TABLE moving DISABLE TRIGGER ALL',
    'ALTER TABLE moving ALTER COLUMN a TYPE varchar(20) COLLATE german',
    'ALTER TABLE moving RENAME TO moved',
    'CREATE TABLE mover () INHERITS (moved)',
    'ALTER TABLE mover NO INHERIT moved',
    'ALTER TABLE moved DROP COLUMN a',
    'CREATE VIEW moving_view AS SELECT 1 AS a',
    'CREATE OR REPLACE VIEW moving_view AS SELECT 1 AS a, 2 AS b',
    'DROP TABLE moved, mover',
  ])('notices %s', async (change) => {
    const before = await subject.engine.catalog();
    expect(await subject.engine.catalog()).toBe(before);

    await subject.run(change);

    const after = await subject.engine.catalog();
    expect(after).not.toBe(before);
    // A wider text does not change what is claimed.
    expect(after.version === before.version).toBe(change.endsWith('varchar(20)'));
  });

  it('does not read it again after writes, ANALYZE and VACUUM', async () => {
    const before = await subject.engine.catalog();

    await subject.run('INSERT INTO parents VALUES (77)');
    await subject.run('ANALYZE');
    await subject.run('VACUUM');

    expect(await subject.engine.catalog()).toBe(before);
  });

  it('asks only after a while, and at once after a change of its own', async () => {
    let now = 1000;
    const engine = await PostgresEngine.open(subject.pool, {
      catalogTtlMs: 500,
      readOnly: false,
      now: () => now,
    });
    await engine.catalog();

    await subject.run('CREATE TABLE past_it (a int)');
    now += 499;
    expect((await engine.catalog()).tables.has('past_it')).toBe(false);
    now += 1;
    expect((await engine.catalog()).tables.has('past_it')).toBe(true);
    await using _ = await engine.execute(sql('CREATE TABLE through_it (a int)'));
    expect((await engine.catalog()).tables.has('through_it')).toBe(true);
  });

  it('lists the indexes of all tables, those on expressions left out', async () => {
    await subject.run(`CREATE TABLE indexed (id int PRIMARY KEY, a int, b text); CREATE INDEX indexed_two ON indexed (b DESC, a);
      CREATE INDEX indexed_some ON indexed (a) INCLUDE (b) WHERE a > 0; CREATE INDEX indexed_lower ON indexed (lower(b));
      CREATE INDEX indexed_hash ON indexed USING hash (a)`);

    const indexes = (await subject.engine.indexes()).filter((index) => index.table === 'indexed');
    expect(indexes).toEqual([
      {
        name: 'indexed_pkey',
        table: 'indexed',
        columns: [{ name: 'id' }],
        unique: true,
        primary: true,
        partial: false,
        bytes: 8192,
        scans: 0,
      },
      {
        name: 'indexed_some',
        table: 'indexed',
        columns: [{ name: 'a' }],
        unique: false,
        primary: false,
        partial: true,
        bytes: 8192,
        scans: 0,
      },
      {
        name: 'indexed_two',
        table: 'indexed',
        columns: [{ name: 'b', direction: 'desc' }, { name: 'a' }],
        unique: false,
        primary: false,
        partial: false,
        bytes: 8192,
        scans: 0,
      },
    ]);
  });
}

describe('catalogue', () => {
  describeWith('postgres', 'of Postgres', catalogTests);
  describeWith('postgresHypopg', 'of Postgres 15', catalogTests);
});

describeWith('postgres', 'catalogue of Postgres 18', (url) => {
  it('takes a key over periods for none, and one that is not enforced for what it is', async () => {
    await using subject = await openSubject(url, {
      sql: `CREATE EXTENSION btree_gist; CREATE TABLE rooms (id int, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
        CREATE TABLE plain (id int PRIMARY KEY); CREATE TABLE claims (p int REFERENCES plain NOT ENFORCED);
        CREATE TABLE bookings (r int, at daterange, FOREIGN KEY (r, PERIOD at) REFERENCES rooms (id, PERIOD at))`,
    });
    const { tables } = await subject.engine.catalog();

    expect(tables.get('rooms')?.uniqueKeys).toEqual([]);
    expect(tables.get('bookings')?.foreignKeys).toEqual([]);
    expect(tables.get('claims')?.foreignKeys.map(({ enforced }) => enforced)).toEqual([false]);
  });
});
