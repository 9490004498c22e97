import type { Dialect } from '@perf/contracts';
import type { TextEdit } from '../data/broken-text.ts';

/** The optimizer with one proof taken away. */
export interface FuzzMutant {
  readonly name: string;
  readonly edits: readonly TextEdit[];
  /** Engines that it is tried on: one whose list has the rule. */
  readonly engines: readonly Dialect[];
}

/** Engines without a server, where most rules are tried. */
const EMBEDDED: readonly Dialect[] = ['sqlite', 'duckdb'];
/** Rules that only one engine has. */
const ELSEWHERE: Readonly<Record<string, readonly Dialect[]>> = {
  'bare-cast.ts': ['postgres'],
  'filter-order.ts': ['postgres'],
  'bare-column.ts': ['postgres'],
  'common-or.ts': ['mysql'],
  'count-distinct.ts': ['postgres'],
  'early-limit.ts': ['sqlite'],
  'restrict-groups.ts': ['sqlite'],
  'not-in-exists.ts': ['postgres'],
  'search/join-region.ts': ['postgres'],
  'search/planned-source.ts': ['postgres'],
  'transitive.ts': ['postgres'],
};

/** One mutant for each proof; each must be found by its wrong answers. */
export const FUZZ_MUTANTS: readonly FuzzMutant[] = [
  mutant(
    'date-range: ends of periods',
    'date-range.ts',
    "return [call('<', column, literal(next))];",
    "return [call('<=', column, literal(next))];",
  ),
  mutant('bare-cast: texts of numbers', 'bare-cast.ts', '/^(?:0|-?[1-9]\\d{0,8})$/', '/^[-+]?\\d{1,9} ?$/'),
  mutant('filter-order: no failing', 'filter-order.ts', '!parts.every(isTotal)', 'false'),
  mutant(
    'date-range: whole periods',
    'calendar-unit.ts',
    'date.setUTCMonth(date.getUTCMonth() + MONTHS[unit])',
    'date.setUTCMonth(date.getUTCMonth() + 2 * MONTHS[unit])',
  ),
  mutant(
    'cast-like: the end of the pattern',
    'cast-like.ts',
    "(month === undefined ? 'year' : 'month')",
    "(month === undefined ? 'year' : 'year')",
  ),
  mutant(
    'bare-column: the sign',
    'bare-column.ts',
    "sum.name === '+' ? c - k : c + k",
    "sum.name === '+' ? c + k : c - k",
  ),
  mutant(
    'bare-coalesce: the null',
    'bare-coalesce.ts',
    'const isSame = otherwise.text === constant.text;',
    'const isSame = false;',
  ),
  mutant(
    'or-in: the list',
    'or-in.ts',
    'else group.values.push(...values);',
    'else group.values.splice(0, 1, ...values);',
  ),
  mutant(
    'common-or: what is left',
    'common-or.ts',
    'rest.every((each) => each !== undefined) ? [anyOf(rest)] : []',
    '[]',
  ),
  mutant(
    'count-exists: nulls are not counted',
    'count-exists.ts',
    "...count.args.map((arg) => call('not', call('is null', arg)))",
    '...count.args.slice(1)',
  ),
  mutant(
    'not-in-exists: never null',
    'not-in-exists.ts',
    'if (shapes.facts(inner.test, select).nullable || shapes.facts(output.expr, body).nullable) return undefined;',
    '',
  ),
  mutant(
    'inner-join: nulls are refused',
    'inner-join.ts',
    "source.type === 'left' && refused",
    "source.type === 'left'",
  ),
  mutant(
    'unused-join: a unique key',
    'unused-join.ts',
    'if (shapes.isUnique(right.alias, join.on))',
    'if (!select.distinct)',
  ),
  mutant(
    'unused-join: never null',
    'foreign-partner.ts',
    'pair.child.name)?.nullable !== false,',
    'pair.child.name) === undefined,',
  ),
  mutant('redundant-distinct: a key is shown', 'redundant-distinct.ts', 'if (!isUnique) return [];', ''),
  mutant('distinct-exists: a key is shown', 'distinct-exists.ts', 'if (!isUnique || ', 'if ('),
  mutant(
    'union-all: parts are apart',
    'union-all.ts',
    '!areApart(body.left, body.right, shapes)',
    'body.all',
  ),
  mutant(
    'union-all: no repeats',
    'union-all.ts',
    '![body.left, body.right].every((part) => hasNoRepeats(part, shapes))',
    'body.all',
  ),
  mutant(
    'scalar-join: a count of nothing',
    'scalar-join.ts',
    "aggregate.name === 'count'",
    "aggregate.name === 'none'",
  ),
  mutant(
    'scalar-join: rows without a group',
    'scalar-join.ts',
    "type: 'left', left: select.from",
    "type: 'inner', left: select.from",
  ),
  mutant('exists-in: nulls of the list', 'exists-in.ts', '...(isNot ? present : [])', '...[]'),
  mutant(
    'exists-in: nulls of the tested',
    'exists-in.ts',
    'return anyOf([...nulls, call(',
    'return anyOf([call(',
  ),
  mutant(
    'push-into-cte: every reader',
    'push-into-cte.ts',
    'readers.some((conditions) => conditions === undefined || conditions.length === 0)',
    'readers.every((conditions) => conditions === undefined || conditions.length === 0)',
  ),
  mutant(
    'push-into-cte: partitions',
    'push-into-cte.ts',
    '.every((partition) => partition.some((key) => isSame(key, expr)))',
    '.every((partition) => partition.length >= 0)',
  ),
  mutant(
    'transitive: inner joins',
    'transitive.ts',
    "source?.kind !== 'join' || source.type !== 'inner'",
    "source?.kind !== 'join'",
  ),
  mutant(
    'eager-aggregation: counts are summed',
    'eager-aggregation.ts',
    "if (name === 'count') return { kind: 'cast',",
    "if (name === 'count') return aggregate('count', value); if (name === 'none') return { kind: 'cast',",
  ),
  mutant(
    'early-limit: an offset once',
    'early-limit.ts',
    'limit: undefined, offset: undefined }',
    'limit: undefined }',
  ),
  mutant(
    'early-limit: each row has a partner',
    'early-limit.ts',
    'open.length === 0 && placed.length === inner.length',
    'facts.length >= 0',
  ),
  mutant(
    'group-before-join: a key of the left',
    'group-before-join.ts',
    'on === undefined || !isOfEachRow(select, join, shapes)',
    'on === undefined || shapes.rowKeys(select).length > 99',
  ),
  mutant(
    'group-before-join: a count of nothing',
    'group-before-join.ts',
    "const none = aggregate.args.length === 0 ? '1' : '0';",
    "const none = '0';",
  ),
  mutant(
    'restrict-groups: rows that may be missing',
    'restrict-groups.ts',
    'right === groups ? conjuncts(on) : holding(left, groups)',
    'conjuncts(on)',
  ),
  mutant(
    'count-distinct: one value',
    'count-distinct.ts',
    '!others.every((each) => first !== undefined && isSame(each, first))',
    'others.length > 99',
  ),
  mutant('or-union: no row twice', 'or-union.ts', 'branches.slice(0, i)', 'branches.slice(0, 0)'),
  mutant(
    'join-order: left joins are no inner joins',
    'search/join-region.ts',
    "source.type === 'inner' || source.type === 'cross'",
    "source.type === 'inner' || source.type === 'left'",
  ),
  mutant(
    'join-order: left joins that others need',
    'search/join-region.ts',
    '!leavesOf(source.right).some(({ alias }) => needed.has(alias))',
    'needed.size >= 0',
  ),
  mutant(
    'join-order: conditions on one table',
    'search/planned-source.ts',
    'needed.every((alias) => here.has(alias) || there.has(alias))',
    'needed.some((alias) => here.has(alias)) && needed.some((alias) => there.has(alias))',
  ),
];

function mutant(name: string, file: string, find: string, put: string): FuzzMutant {
  const path = file.startsWith('search/') ? file : `sql/rules/${file}`;
  return { name, edits: [{ file: path, find, put }], engines: ELSEWHERE[file] ?? EMBEDDED };
}
