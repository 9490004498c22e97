import type { Catalog, DataType, QueryStatistics } from '@perf/contracts';
import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import type { Query, Select, Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { costOf } from '../sql/query-cost.ts';
import { readStatement } from '../sql/read-statement.ts';
import { Shapes } from '../sql/shapes.ts';
import { sitesOf } from '../sql/site.ts';
import type { SqlName } from '../sql/sql-name.ts';
import { columnsIn, expressionsOf, partsOf } from '../sql/walk.ts';
import type { Defect } from './defect.ts';
import { statementSubject } from './defect.ts';
import { hasStar } from './star.ts';

/** What is known of the database. */
export interface StatementFacts {
  readonly dialect: SqlName;
  readonly catalog: Catalog;
  readonly statistics: QueryStatistics;
}

/** Rows from which an answer without a limit, or a table that is read whole, is worth a word. */
export const MANY_ROWS = 10_000;
/** Rows that an OFFSET may skip before it is worth a word. */
const DEEP_OFFSET = 1000;

/** What is wrong with a statement by its text alone. One that is not understood is only looked at for `SELECT *`. */
export function statementDefects(text: string, facts: StatementFacts): readonly Defect[] {
  const found: Found[] = hasStar(text, facts.dialect)
    ? [
        {
          kind: 'select-star',
          severity: 'low',
          subject: 'statement',
          what: 'It asks for all columns, also those that nobody reads.',
          fix: 'Name the columns that are used: an index may then answer it alone, and a new column changes nothing.',
        },
      ]
    : [];
  const read = readStatement(text, facts.dialect, facts.catalog, { unnamed: true });
  if (!('reason' in read)) found.push(...queryDefects(read.query, facts));
  return found.map((each) => ({
    ...each,
    subject: each.subject === 'statement' ? statementSubject(text) : each.subject,
    statements: [text],
  }));
}

type Found = Omit<Defect, 'statements'>;

function queryDefects(query: Query, { dialect, statistics }: StatementFacts): readonly Found[] {
  const shapes = new Shapes(query, dialect);
  const inner = sitesOf(query).flatMap(({ query: { body } }) =>
    body.kind === 'select' ? selectDefects(body, shapes) : [],
  );
  return [...unbounded(query, shapes, statistics, dialect), ...deepOffset(query), ...inner];
}

function unbounded(
  query: Query,
  shapes: Shapes,
  statistics: QueryStatistics,
  dialect: SqlName,
): readonly Found[] {
  if (query.limit !== undefined || shapes.of(query).single) return [];
  const { rows } = costOf(query, statistics, dialect);
  const isKnown = sitesOf(query).every(
    ({ query: { body } }) =>
      body.kind !== 'select' ||
      leavesOf(body.from).every((leaf) => leaf.kind !== 'table' || statistics.tables.has(leaf.table.name)),
  );
  if (!isKnown || rows < MANY_ROWS) return [];
  return [
    {
      kind: 'unbounded-result',
      severity: rows < 10 * MANY_ROWS ? 'medium' : 'high',
      subject: 'statement',
      what: `Nothing limits its answer, which is expected to have about ${Math.round(rows).toLocaleString('en')} rows.`,
      fix: 'Give it a LIMIT and page by key, stream it, or export it as a file.',
    },
  ];
}

function deepOffset({ offset }: Query): readonly Found[] {
  if (offset?.kind !== 'literal' || !(Number(offset.text) >= DEEP_OFFSET)) return [];
  return [
    {
      kind: 'deep-offset',
      severity: 'medium',
      subject: 'statement',
      what: 'It skips many rows by OFFSET, all of which are read first.',
      fix: 'Page by key: ask for the rows behind the last one seen, in a total order.',
    },
  ];
}

function selectDefects(select: Select, shapes: Shapes): readonly Found[] {
  const tests = expressionsOf(select).flatMap(callsIn);
  return [
    ...cartesian(select),
    ...tests.flatMap((test) => [
      ...implicitCast(test, select, shapes),
      ...leadingWildcard(test, select, shapes),
      ...notInNull(test, shapes),
    ]),
  ];
}

/** The calls in an expression, the outer ones first. */
function callsIn(expr: Expr): readonly (Expr & { readonly kind: 'call' })[] {
  const inner = partsOf(expr).flatMap(callsIn);
  return expr.kind === 'call' ? [expr, ...inner] : inner;
}

/** Sources between which no condition stands: every row of one meets every row of the other. */
function cartesian(select: Select): readonly Found[] {
  const leaves = leavesOf(select.from);
  if (leaves.length < 2 || leaves.some((leaf) => leaf.kind === 'derived' && leaf.lateral)) return [];
  const groups = new Map(leaves.map(({ alias }) => [alias, alias]));
  const rootOf = (alias: string): string => {
    const up = groups.get(alias);
    return up === undefined || up === alias ? alias : rootOf(up);
  };
  for (const condition of [...conditionsOf(select.from), ...conjuncts(select.where)]) {
    const [first, ...rest] = columnsIn(condition).flatMap(({ source }) =>
      groups.has(source) ? [source] : [],
    );
    for (const other of rest) if (first !== undefined) groups.set(rootOf(other), rootOf(first));
  }
  const apart = new Set(leaves.map(({ alias }) => rootOf(alias)));
  if (apart.size < 2) return [];
  return [
    {
      kind: 'cartesian-join',
      severity: 'high',
      subject: 'statement',
      what: `No condition joins ${[...apart].slice(0, 4).join(' and ')}: every row of one meets every row of the other.`,
      fix: 'Add the condition that is missing, or say CROSS JOIN where it is meant and one side has one row.',
    },
  ];
}

function conditionsOf(source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join') return [];
  return [...conjuncts(source.on), ...conditionsOf(source.left), ...conditionsOf(source.right)];
}

const COMPARED: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'in', 'between']);

/** A column that is converted row by row, so that no index of it can be used. */
function implicitCast(
  { name, args }: Expr & { readonly kind: 'call' },
  select: Select,
  shapes: Shapes,
): readonly Found[] {
  if (!COMPARED.has(name)) return [];
  return args.flatMap((arg, i) => {
    const column = tableColumn(arg, select, shapes);
    if (column === undefined) return [];
    const other = args.find((each, at) => at !== i && isOfAnotherKind(column.type, each, select, shapes));
    if (other === undefined) return [];
    return [
      {
        kind: 'implicit-cast',
        severity: 'medium',
        subject: column.subject,
        what: `${column.subject} is text and is compared with what is a number or a date, so one side is converted row by row.`,
        fix: 'Compare it with a value of its own type, or give both columns one type.',
      },
    ];
  });
}

/** Texts beside anything else: numbers of several kinds are compared as they are. */
function isOfAnotherKind(type: DataType | undefined, other: Expr, select: Select, shapes: Shapes): boolean {
  if (type?.kind !== 'utf8') return false;
  if (other.kind === 'literal') return other.type === 'number';
  const kind =
    other.kind === 'column' ? shapes.columnIn(select, other.source, other.name)?.type?.kind : undefined;
  return kind !== undefined && kind !== 'utf8' && kind !== 'json' && kind !== 'binary';
}

function leadingWildcard(
  { name, args }: Expr & { readonly kind: 'call' },
  select: Select,
  shapes: Shapes,
): readonly Found[] {
  const [tested, pattern] = args;
  if ((name !== 'like' && name !== 'ilike') || tested === undefined || pattern?.kind !== 'literal') return [];
  const column = tableColumn(tested, select, shapes);
  if (column === undefined || !/^[%_]/.test(pattern.text)) return [];
  return [
    {
      kind: 'leading-wildcard',
      severity: 'medium',
      subject: column.subject,
      what: `A pattern that begins with a wildcard is looked for in ${column.subject}, which no plain index can answer.`,
      fix: 'Use a trigram or full-text index, or match from the beginning.',
    },
  ];
}

function notInNull({ name, args }: Expr & { readonly kind: 'call' }, shapes: Shapes): readonly Found[] {
  const [tested] = args;
  if (name !== 'not' || tested?.kind !== 'query' || tested.form !== 'in') return [];
  const [column] = [...shapes.of(tested.query).columns.values()];
  if (column?.nullable !== true || column.origin === undefined) return [];
  const subject = `${column.origin.table.name}(${column.origin.column})`;
  return [
    {
      kind: 'not-in-null',
      severity: 'high',
      subject,
      what: `NOT IN is asked of ${subject}, which may be null: a single null makes the answer empty.`,
      fix: 'Ask NOT EXISTS, or leave the nulls out of the inner query.',
    },
  ];
}

function tableColumn(
  expr: Expr,
  select: Select,
  shapes: Shapes,
): { readonly subject: string; readonly type: DataType | undefined } | undefined {
  if (expr.kind !== 'column') return undefined;
  const found = shapes.columnIn(select, expr.source, expr.name);
  return found?.origin === undefined
    ? undefined
    : { subject: `${found.origin.table.name}(${found.origin.column})`, type: found.type };
}
