import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from '@perf/testkit';
import { seededRandom } from '@perf/testkit/inputs';

type Cell = string | number | null;

/** A table of the made site. */
export interface SiteTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly ddl: string;
  readonly rows: readonly (readonly Cell[])[];
}

/** A site of questions and answers, in which what rows are like tells how many others they meet: few users own most of everything. */
export function makeSite(seed: number, { scale }: { readonly scale: number }): readonly SiteTable[] {
  const random = seededRandom(seed);
  const skew = 0.7 + random.next() * 0.5;
  const users = makeUsers(random, Math.round(20_000 * scale), skew);
  const posts = makePosts(random, users, Math.round(50_000 * scale));
  const comments = makeReactions(random, {
    users,
    posts,
    count: Math.round(100_000 * scale),
    kind: 'comment',
  });
  const votes = makeReactions(random, { users, posts, count: Math.round(150_000 * scale), kind: 'vote' });
  const badges = makeBadges(random, users, Math.round(40_000 * scale));
  const links = makeLinks(random, posts, Math.round(6000 * scale));
  const user = 'int references users';
  const post = 'int references posts';
  return [
    table('users', 'id int primary key, created date, reputation int, country text, age int', users),
    table(
      'posts',
      `id int primary key, owner_id ${user}, kind text, created date, score int, views int, tag text`,
      posts,
    ),
    table(
      'comments',
      `id int primary key, post_id ${post}, user_id ${user}, created date, score int`,
      comments,
    ),
    table('votes', `id int primary key, post_id ${post}, user_id ${user}, created date, kind int`, votes),
    table('badges', `id int primary key, user_id ${user}, created date, name text`, badges),
    table('links', `id int primary key, post_id ${post}, related_id ${post}, kind int`, links),
  ];
}

/** Writes a table as CSV without a head and gives the file; an empty field is null. */
export function writeCsv({ name, rows }: SiteTable, folder: string): string {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, rows.map((row) => `${row.map((cell) => cell ?? '').join()}\n`).join(''));
  return path;
}

interface User {
  readonly id: number;
  readonly created: number;
  readonly activity: number;
  readonly reputation: number;
  readonly country: string;
  readonly age: number | null;
}

interface Post {
  readonly id: number;
  readonly owner: User | undefined;
  readonly isQuestion: boolean;
  readonly created: number;
  readonly fame: number;
  readonly score: number;
  readonly tag: string;
}

interface Made<T> {
  readonly items: readonly T[];
  readonly rows: readonly (readonly Cell[])[];
  readonly pick: () => T;
}

const DAYS = 1500;

function makeUsers(random: SeededRandom, count: number, skew: number): Made<User> {
  const countries = ['us', 'in', 'de', 'fr', 'br', 'jp', 'uk', 'ca', 'pl', 'nz', 'is', 'mt'];
  const items = Array.from({ length: count }, (_, i): User => {
    const created = Math.floor(DAYS * random.next() ** 0.8);
    // Those who came first stayed longest.
    const activity = (0.02 + random.next()) ** -(1 + skew) * (1.3 - created / DAYS) * noise(random, 0.5);
    const place = Math.min(
      countries.length - 1,
      Math.floor(-Math.log(random.next() + 1e-9) * (activity > 5 ? 1.2 : 3)),
    );
    return {
      id: i + 1,
      created,
      activity,
      reputation: Math.round(1 + activity * 12 * noise(random, 0.7)),
      country: countries[place] ?? 'us',
      age: random.next() < (activity > 4 ? 0.3 : 0.8) ? null : Math.round(18 + 40 * random.next() ** 2),
    };
  });
  return {
    items,
    rows: items.map(({ id, created, reputation, country, age }) => [
      id,
      day(created),
      reputation,
      country,
      age,
    ]),
    pick: picker(random, items, ({ activity }) => activity),
  };
}

function makePosts(random: SeededRandom, users: Made<User>, count: number): Made<Post> {
  const items = Array.from({ length: count }, (_, i): Post => {
    const owner = random.next() < 0.03 ? undefined : users.pick();
    const isQuestion = random.next() < (owner !== undefined && owner.activity > 20 ? 0.2 : 0.6);
    const fame = noise(random, 1.2) * Math.log2(2 + (owner?.activity ?? 0)) * (isQuestion ? 1.5 : 0.7);
    const first = owner?.created ?? 0;
    return {
      id: i + 1,
      owner,
      isQuestion,
      created: Math.floor(first + (DAYS - first) * random.next()),
      fame,
      score: Math.round(fame * 1.5 * noise(random, 0.4)) - 2,
      tag: tagOf(random, owner),
    };
  });
  return {
    items,
    rows: items.map(({ id, owner, isQuestion, created, fame, score, tag }) => [
      id,
      owner?.id ?? null,
      isQuestion ? 'question' : 'answer',
      day(created),
      score,
      isQuestion ? Math.round(fame * 100 * noise(random, 0.6)) : null,
      tag,
    ]),
    pick: picker(random, items, ({ fame }) => fame ** 1.5),
  };
}

function tagOf(random: SeededRandom, owner: User | undefined): string {
  const base = (owner?.country ?? 'us').charCodeAt(0) % 5;
  return `t${random.next() < 0.6 ? base : Math.floor(-Math.log(random.next() + 1e-9) * 6)}`;
}

interface Reactions {
  readonly users: Made<User>;
  readonly posts: Made<Post>;
  readonly count: number;
  readonly kind: 'comment' | 'vote';
}

function makeReactions(random: SeededRandom, { users, posts, count, kind }: Reactions): Made<undefined> {
  const rows = Array.from({ length: count }, (_, i): Cell[] => {
    const post = posts.pick();
    const isOwn = kind === 'comment' && random.next() < 0.3;
    const user =
      random.next() < (kind === 'vote' ? 0.6 : 0.05) ? undefined : isOwn ? post.owner : users.pick();
    const created = Math.min(DAYS, Math.round(post.created - Math.log(random.next() + 1e-9) * 30));
    const last =
      kind === 'comment'
        ? Math.max(0, Math.round(post.score / 8 + noise(random, 0.8) - 1.5))
        : voteKind(random, post);
    return [i + 1, post.id, user?.id ?? null, day(created), last];
  });
  return { items: [], rows, pick: () => undefined };
}

function voteKind(random: SeededRandom, post: Post): number {
  if (random.next() < 0.1) return 5 + Math.floor(random.next() * 8);
  return post.score <= 0 ? 3 : 2;
}

function makeBadges(random: SeededRandom, users: Made<User>, count: number): Made<undefined> {
  const rows = Array.from({ length: count }, (_, i): Cell[] => {
    const user = users.pick();
    const name = `b${Math.floor(Math.log2(1 + user.reputation) + random.next() * 4)}`;
    const created = Math.floor(user.created + (DAYS - user.created) * random.next());
    return [i + 1, user.id, day(created), name];
  });
  return { items: [], rows, pick: () => undefined };
}

function makeLinks(random: SeededRandom, posts: Made<Post>, count: number): Made<undefined> {
  const rows = Array.from({ length: count }, (_, i): Cell[] => [
    i + 1,
    posts.pick().id,
    posts.pick().id,
    random.next() < 0.85 ? 1 : 3,
  ]);
  return { items: [], rows, pick: () => undefined };
}

function table(
  name: string,
  columns: string,
  { rows }: { readonly rows: readonly (readonly Cell[])[] },
): SiteTable {
  return {
    name,
    columns: columns.split(', ').map((column) => column.split(' ')[0] ?? ''),
    ddl: `CREATE TABLE ${name} (${columns})`,
    rows,
  };
}

function picker<T>(random: SeededRandom, items: readonly T[], weight: (item: T) => number): () => T {
  let total = 0;
  const upTo = items.map((item) => (total += weight(item)));
  return () => {
    const point = random.next() * total;
    let [low, high] = [0, items.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? total) > point) high = middle;
      else low = middle + 1;
    }
    return items[low] ?? random.pick(items);
  };
}

/** A factor around 1, by a log-normal law. */
function noise(random: SeededRandom, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(random.next() + 1e-12)) * Math.cos(2 * Math.PI * random.next());
  return Math.exp(spread * normal);
}

function day(number: number): string {
  return new Date(Date.UTC(2019, 0, 1 + number)).toISOString().slice(0, 10);
}
