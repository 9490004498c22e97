import type { Catalog, CatalogTable } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { readRows } from '@perf/testkit';

/** Rows of a forum, by table. */
export interface Forum {
  readonly users: readonly { readonly age: number | null; readonly land: string }[];
  readonly posts: readonly { readonly owner: number | null; readonly score: number }[];
  readonly votes: readonly { readonly post: number; readonly user: number | null; readonly kind: number }[];
}

const int = (name: string, nullable = false) => ({ name, type: { kind: 'int32' }, nullable }) as const;

function table(
  name: string,
  columns: CatalogTable['columns'],
  references: Readonly<Record<string, string>> = {},
): [string, CatalogTable] {
  const foreignKeys = Object.entries(references).map(([column, other]) => ({
    columns: [column],
    table: other,
    references: ['id'],
    enforced: true,
  }));
  return [name, { name, columns, uniqueKeys: [['id']], foreignKeys }];
}

export const forumCatalog: Catalog = {
  version: '1',
  tables: new Map([
    table('users', [int('id'), int('age', true), { name: 'land', type: { kind: 'utf8' }, nullable: false }]),
    table('posts', [int('id'), int('owner', true), int('score')], { owner: 'users' }),
    table('votes', [int('id'), int('post'), int('user_id', true), int('kind')], {
      post: 'posts',
      user_id: 'users',
    }),
  ]),
};

/** An engine over the rows; ids count from 0. */
export async function openForum({ users, posts, votes }: Forum): Promise<DuckDbEngine> {
  const engine = await DuckDbEngine.open(':memory:', { threads: 1 });
  const fill = async (name: string, columns: string, rows: readonly string[]): Promise<void> => {
    await askForum(engine, `CREATE TABLE ${name} (${columns})`);
    if (rows.length > 0) await askForum(engine, `INSERT INTO ${name} VALUES ${rows.join(', ')}`);
  };
  const none = 'NULL';
  await fill(
    'users',
    'id int, age int, land text',
    users.map(({ age, land }, id) => `(${id}, ${age ?? none}, '${land.replaceAll("'", "''")}')`),
  );
  await fill(
    'posts',
    'id int, owner int, score int',
    posts.map(({ owner, score }, id) => `(${id}, ${owner ?? none}, ${score})`),
  );
  await fill(
    'votes',
    'id int, post int, user_id int, kind int',
    votes.map(({ post, user, kind }, id) => `(${id}, ${post}, ${user ?? none}, ${kind})`),
  );
  return engine;
}

/** All rows of an answer. */
export async function askForum(engine: DuckDbEngine, text: string): Promise<readonly (readonly unknown[])[]> {
  return readRows(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
}
