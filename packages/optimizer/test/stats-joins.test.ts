import { JoinEstimator, JoinFeedback, gatherJoinStatistics, optimizeSql, qError } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit';
import type { Arbitrary } from 'fast-check';
import { array, assert, asyncProperty, constantFrom, integer, nat, option, record, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Forum } from './stats-forum.ts';
import { askForum, forumCatalog, openForum } from './stats-forum.ts';

const place = nat({ max: 7 });
const maybe = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> => option(arbitrary, { nil: null });
const forums: Arbitrary<Forum> = record({
  users: array(record({ age: maybe(nat({ max: 5 })), land: constantFrom('de', 'fr', "o'x") }), {
    minLength: 8,
    maxLength: 8,
  }),
  posts: array(record({ owner: maybe(place), score: integer({ min: -2, max: 3 }) }), {
    minLength: 8,
    maxLength: 14,
  }),
  votes: array(record({ post: place, user: maybe(place), kind: nat({ max: 3 }) }), {
    maxLength: 25,
  }),
});

/** Chains, stars, and many to many over a key that is itself not joined. */
const JOINS = [
  'users u JOIN posts p ON p.owner = u.id',
  'votes v JOIN posts p ON v.post = p.id JOIN users u ON u.id = p.owner',
  'votes v JOIN posts p ON v.user_id = p.owner',
  'users u JOIN posts p ON p.owner = u.id JOIN votes v ON v.user_id = u.id',
  'posts p JOIN votes v ON v.post = p.id JOIN votes w ON w.post = p.id',
  'posts p JOIN votes v ON v.post = p.id JOIN users u ON v.user_id = u.id JOIN posts q ON q.owner = u.id',
  'users u',
];
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  u: ['u.age > 2', 'u.age IS NULL', "u.land IN ('fr', 'o''x')", "NOT (u.land LIKE 'd%')", 'u.age + 1 <= 3'],
  p: ['p.score BETWEEN 0 AND 2', 'p.score = 1 OR p.score < 0', 'p.score <> 3', 'p.owner IS NOT NULL'],
  v: ['v.kind = 1', 'v.kind IN (0, 2)', 'coalesce(v.user_id, 9) > 3'],
};

/** A site of posts where few are seen by most, and those are liked. */
function skewedForum(seed: number): Forum {
  const random = seededRandom(seed);
  const user = random.zipf(3000, 1);
  const post = random.zipf(8000, 0.9);
  return {
    users: Array.from({ length: 3000 }, (_, i) => ({
      age: i < 100 ? null : random.int(0, 50),
      land: i % 3 === 0 ? 'de' : 'fr',
    })),
    posts: Array.from({ length: 8000 }, (_, i) => ({
      owner: user(),
      score: i < 300 ? 20 : random.int(-2, 4),
    })),
    votes: Array.from({ length: 30_000 }, () => {
      const target = post();
      return {
        post: target,
        user: random.next() < 0.3 ? null : user(),
        kind: target < 300 ? 1 : random.int(0, 3),
      };
    }),
  };
}

describe('JoinEstimator', () => {
  it('counts exactly when the samples hold all rows', async () => {
    await assert(
      asyncProperty(
        forums,
        constantFrom(...JOINS),
        array(tuple(constantFrom('u', 'p', 'v'), nat({ max: 4 })), { maxLength: 3 }),
        async (forum, from, chosen) => {
          await using engine = await openForum(forum);
          const filters = chosen.flatMap(([alias, i]) =>
            new RegExp(` ${alias}( |$)`).test(from) ? (FILTERS[alias]?.[i] ?? []) : [],
          );
          const where = filters.map((filter) => ` AND (${filter})`).join('');
          const text = `SELECT count(*) AS n FROM ${from} WHERE true${where}`;
          const samples = await gatherJoinStatistics(engine, forumCatalog);
          const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples });

          const estimate = estimator.estimate(text);

          const [[real] = []] = await askForum(engine, text);
          expect(estimate?.rows).toBeCloseTo(Number(real), 6);
          expect(estimate?.upperBound).toBeGreaterThanOrEqual(Number(real));
          expect(estimate?.isDefault).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('sees from a tenth of the rows that liked posts have most votes', async () => {
    await using engine = await openForum(skewedForum(3));
    const samples = await gatherJoinStatistics(engine, forumCatalog, { sampleRows: 1000 });
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples });
    const texts = [
      'SELECT count(*) AS n FROM posts p, votes v WHERE v.post = p.id AND p.score > 10',
      'SELECT count(*) AS n FROM posts p, votes v WHERE v.post = p.id AND p.score > 10 AND v.kind = 1',
      'SELECT count(*) AS n FROM users u, posts p, votes v WHERE p.owner = u.id AND v.user_id = u.id AND u.age IS NULL',
      'SELECT count(*) AS n FROM posts p, votes v, votes w WHERE v.post = p.id AND w.post = p.id AND v.kind = 2 AND w.kind = 3',
      "SELECT count(*) AS n FROM users u, posts p, votes v, posts q WHERE p.owner = u.id AND v.post = p.id AND v.user_id = q.owner AND u.land = 'de'",
    ];

    const errors: number[] = [];
    for (const text of texts) {
      const [[real] = []] = await askForum(engine, text);
      errors.push(qError(estimator.estimate(text)?.rows ?? 0, Number(real)));
    }

    expect(Math.max(...errors)).toBeLessThan(2);
    expect(estimator.bytes).toBeLessThan(1e6);
  });

  it('knows how often those who vote on a post own it, which closes a circle', async () => {
    const { posts, ...forum } = skewedForum(6);
    const votes = forum.votes.map((vote, i) =>
      i % 4 === 0 ? { ...vote, user: posts[vote.post]?.owner ?? null } : vote,
    );
    await using engine = await openForum({ ...forum, posts, votes });
    const samples = await gatherJoinStatistics(engine, forumCatalog, { sampleRows: 2000 });
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples });
    const texts = [
      'SELECT count(*) AS n FROM posts p, votes v WHERE v.post = p.id AND v.user_id = p.owner',
      'SELECT count(*) AS n FROM users u, posts p, votes v WHERE v.post = p.id AND v.user_id = p.owner AND p.owner = u.id AND p.score > 10',
    ];

    const errors: number[] = [];
    for (const text of texts) {
      const [[real] = []] = await askForum(engine, text);
      errors.push(qError(estimator.estimate(text)?.rows ?? 0, Number(real)));
    }

    expect(Math.max(...errors)).toBeLessThan(1.5);
  });

  it('knows from values alone how many pairs are equal, where no foreign key tells', async () => {
    await using engine = await openForum(skewedForum(4));
    const tables = new Map(
      [...forumCatalog.tables].map(([name, table]) => [name, { ...table, foreignKeys: [] }]),
    );
    const catalog = { ...forumCatalog, tables };
    const samples = await gatherJoinStatistics(engine, catalog, { sampleRows: 1000 });
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog, samples });
    const texts = [
      'SELECT count(*) AS n FROM users u, posts p WHERE p.owner = u.id',
      'SELECT count(*) AS n FROM users u, posts p WHERE p.score = u.age',
      'SELECT count(*) AS n FROM users u, votes v WHERE v.kind = u.age AND u.age < 3',
    ];

    const errors: number[] = [];
    for (const text of texts) {
      const [[real] = []] = await askForum(engine, text);
      errors.push(qError(estimator.estimate(text)?.rows ?? 0, Number(real)));
    }

    expect(Math.max(...errors)).toBeLessThan(1.5);
  });

  it('takes a key for one row at most, whatever else is known', () => {
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog });

    const found = estimator.estimate('SELECT * FROM posts p JOIN users u ON u.id = p.owner WHERE p.id = 7');

    expect(found).toEqual({ rows: 1, upperBound: 1, isDefault: false, evidence: 'bound' });
  });

  it('says when an estimate rests on defaults', () => {
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog });

    const found = estimator.estimate(
      'SELECT * FROM posts p JOIN users u ON u.id = p.owner WHERE p.score > 7',
    );

    expect(found).toMatchObject({ upperBound: Infinity, isDefault: true, evidence: 'default' });
  });

  it('rests on statistics of columns where nothing was sampled', () => {
    const column = { nullFraction: 0, distinct: 100 };
    const statistics = {
      tables: new Map(
        ['posts', 'users'].map((name) => [
          name,
          {
            rows: 1000,
            sampledRows: 1000,
            columns: new Map([
              ['id', { nullFraction: 0, distinct: 1000 }],
              ['owner', column],
            ]),
          },
        ]),
      ),
    };
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, statistics });

    const found = estimator.estimate('SELECT * FROM posts p JOIN users u ON u.id = p.owner');

    expect(found).toMatchObject({ rows: 1000, isDefault: false, evidence: 'statistics' });
  });

  it('leaves alone what is no inner join of tables', () => {
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog });

    const found = [
      'SELECT * FROM posts p LEFT JOIN users u ON u.id = p.owner',
      'SELECT * FROM posts WHERE owner IN (SELECT id FROM users)',
      'SELECT * FROM (SELECT * FROM posts) p',
      'DELETE FROM posts',
    ].map((text) => estimator.estimate(text));

    expect(found).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('optimizeSql', () => {
  const joined =
    'SELECT p.id FROM posts p, votes v, votes w WHERE v.post = p.id AND w.post = p.id AND p.score > 10';
  const within =
    'SELECT p.score FROM posts p WHERE p.score > 10 AND EXISTS (SELECT 1 FROM votes v WHERE v.post = p.id)';

  it('takes rows and costs of joins from the estimator it is given, also of a query within', async () => {
    await using engine = await openForum(skewedForum(5));
    const statistics = await engine.statistics(['users', 'posts', 'votes']);
    const samples = await gatherJoinStatistics(engine, forumCatalog);
    const cardinality = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, samples, statistics });
    const options = { dialect: 'duckdb', catalog: forumCatalog, statistics } as const;
    const [[real] = []] = await askForum(engine, joined.replace('p.id', 'count(*)'));

    const without = optimizeSql(joined, options).originalEstimate;
    const found = optimizeSql(joined, { ...options, cardinality }).originalEstimate;
    const inner = optimizeSql(within, { ...options, cardinality }).originalEstimate;

    expect(qError(found?.rows ?? 0, Number(real))).toBeLessThan(1.2);
    expect(qError(without?.rows ?? 0, Number(real))).toBeGreaterThan(10);
    expect(found?.cost).toBeGreaterThan(3 * (without?.cost ?? Infinity));
    expect(inner?.rows).toBeGreaterThan(100);
    expect(inner?.rows).toBeLessThan(400);
  });
});

describe('feedback', () => {
  it('tells the rows of a join that ran, however it is written', () => {
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog });

    estimator.learn('SELECT * FROM posts p JOIN users u ON u.id = p.owner WHERE p.score > 7', 1234);

    const same = estimator.estimate('SELECT x.id FROM users y, posts x WHERE x.score > 7 AND x.owner = y.id');
    const other = estimator.estimate(
      'SELECT x.id FROM users y, posts x WHERE x.score > 8 AND x.owner = y.id',
    );
    expect(same).toMatchObject({ rows: 1234, isDefault: false, evidence: 'feedback' });
    expect(other?.evidence).toBe('default');
  });

  it('keeps the joins last learnt or used, and no nonsense', () => {
    const feedback = new JoinFeedback({ maxEntries: 2 });
    const estimator = new JoinEstimator({ dialect: 'duckdb', catalog: forumCatalog, feedback });
    const text = (score: number): string => `SELECT * FROM posts WHERE score > ${score}`;

    estimator.learn(text(1), 10);
    estimator.learn(text(2), 20);
    estimator.estimate(text(1));
    estimator.learn(text(3), 30);
    estimator.learn(text(4), Number.NaN);

    expect([1, 2, 3, 4].map((score) => estimator.estimate(text(score))?.evidence)).toEqual([
      'feedback',
      'default',
      'feedback',
      'default',
    ]);
    expect(feedback.size).toBe(2);
  });
});
