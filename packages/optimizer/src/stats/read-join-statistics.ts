import type {
  JoinStatistics,
  SampledColumn,
  SampledDomain,
  SampledPort,
  SampledTable,
} from './join-statistics.ts';

/** Statistics as far as they are understood, and what is not. */
export interface ReadJoinStatistics {
  readonly statistics: JoinStatistics;
  /** What was left out, and why, a sentence each; no values of it. */
  readonly faults: readonly string[];
}

/** Reads join statistics that were kept as JSON. A table or domain that is not whole and consistent is left out: estimates get poorer, never wrong. */
export function readJoinStatistics(given: unknown): ReadJoinStatistics {
  const faults: string[] = [];
  if (!isRecord(given) || given['version'] !== 1)
    return {
      statistics: { version: 1, tables: [], domains: [] },
      faults: ['no join statistics of version 1'],
    };
  const tables = new Map<string, SampledTable>();
  for (const [i, table] of listOf(given['tables']).entries()) {
    const read = tableOf(table, (column) =>
      faults.push(`tables[${i}].columns[${column}] is left out: it is not consistent`),
    );
    if (read === undefined || tables.has(read.name))
      faults.push(`tables[${i}] is left out: it is not consistent`);
    else tables.set(read.name, read);
  }
  const domains: SampledDomain[] = [];
  for (const [i, domain] of listOf(given['domains']).entries()) {
    const read = domainOf(domain, tables);
    if (read === undefined) faults.push(`domains[${i}] is left out: it is not consistent`);
    else domains.push(read);
  }
  return { statistics: { version: 1, tables: [...tables.values()], domains }, faults };
}

function tableOf(given: unknown, onFault: (column: number) => void): SampledTable | undefined {
  if (!isRecord(given)) return undefined;
  const { name, rows, length, even } = given;
  if (typeof name !== 'string' || !isCount(rows) || !isCount(length) || !isCount(even)) return undefined;
  if (even > length || length > rows || (even === 0 && rows > 0)) return undefined;
  const columns = listOf(given['columns']).flatMap((column, i) => {
    const read = columnOf(column, length);
    if (read === undefined) onFault(i);
    return read ?? [];
  });
  return { name, rows, length, even, columns };
}

function columnOf(given: unknown, length: number): SampledColumn | undefined {
  if (!isRecord(given) || typeof given['name'] !== 'string') return undefined;
  const { name, values, texts } = given;
  if (texts === undefined) return isListOf(values, length, isNumberOrNull) ? { name, values } : undefined;
  if (!isListOf(texts, undefined, (text) => typeof text === 'string')) return undefined;
  const isPlace = (value: unknown): value is number | null => value === null || isBelow(value, texts.length);
  return isListOf(values, length, isPlace) ? { name, values, texts } : undefined;
}

function domainOf(given: unknown, tables: ReadonlyMap<string, SampledTable>): SampledDomain | undefined {
  if (!isRecord(given) || !isListOf(given['chances'], undefined, isChance)) return undefined;
  const chances = given['chances'];
  const ports = listOf(given['ports']).map((port) => portOf(port, { tables, sampled: chances.length }));
  const [first] = ports;
  const known = ports.flatMap((port) => (port === undefined ? [] : [port]));
  const isOne = known.every(
    ({ counts, columns }) =>
      counts.length === first?.counts.length && columns.length === first.columns.length,
  );
  return known.length === ports.length && known.length > 0 && isOne ? { chances, ports: known } : undefined;
}

function portOf(
  given: unknown,
  { tables, sampled }: { readonly tables: ReadonlyMap<string, SampledTable>; readonly sampled: number },
): SampledPort | undefined {
  if (!isRecord(given) || typeof given['table'] !== 'string' || !isCount(given['most'])) return undefined;
  const { table, most, columns, counts, keys, starts, rows } = given;
  const length = tables.get(table)?.length;
  if (length === undefined) return undefined;
  if (!isListOf(columns, undefined, (name) => typeof name === 'string') || columns.length === 0)
    return undefined;
  if (!isListOf(counts, undefined, isCount) || counts.length < sampled) return undefined;
  const isKey = (key: unknown): key is number | null => key === null || isBelow(key, counts.length);
  if (!isListOf(keys, length, isKey) || !isListOf(rows, undefined, isPlaceBelow(length))) return undefined;
  if (!isListOf(starts, counts.length + 1, isStart(rows.length))) return undefined;
  const isSound = counts.every((count, key) => {
    const kept = (starts[key + 1] ?? 0) - (starts[key] ?? 0);
    return kept >= 0 && kept <= count && count <= most;
  });
  return isSound ? { table, columns, most, counts, keys, starts, rows } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isListOf<T>(
  value: unknown,
  length: number | undefined,
  isItem: (item: unknown) => item is T,
): value is readonly T[] {
  return Array.isArray(value) && (length === undefined || value.length === length) && value.every(isItem);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBelow(value: unknown, border: number): value is number {
  return isCount(value) && value < border;
}

function isPlaceBelow(border: number): (value: unknown) => value is number {
  return (value): value is number => isBelow(value, border);
}

function isStart(end: number): (value: unknown) => value is number {
  return (value): value is number => isCount(value) && value <= end;
}

function isChance(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || Number.isFinite(value);
}
