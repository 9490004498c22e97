import { PerfError } from './errors.ts';

/** The error for a query whose JSON has the wrong form at `path`. */
export function malformed(path: string, expected: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_QUERY', `${path === '' ? 'query' : path}: expected ${expected}`);
}

/** A plain object with no other keys than `allowed`. A key with the value undefined counts as absent. */
export function readObject(
  value: unknown,
  path: string,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'an object');
  const read: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (!allowed.includes(key))
      throw malformed(path, `only ${allowed.join(', ')}, not ${JSON.stringify(key.slice(0, 64))}`);
    if (member !== undefined) read.push([key, member]);
  }
  return Object.fromEntries(read);
}

/** A list of at least `least` and at most `most` members, each read by `member`. */
export function readList<T>(
  value: unknown,
  path: string,
  bounds: { readonly least: number; readonly most: number },
  member: (item: unknown, path: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw malformed(path, 'a list');
  if (value.length < bounds.least || value.length > bounds.most)
    throw malformed(path, `${bounds.least} to ${bounds.most} members, got ${value.length}`);
  return Array.from(value, (item: unknown, i) => member(item, `${path}[${i}]`));
}

/** A name: any text that is not empty. Whether it exists is for the catalogue to say. */
export function readName(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') throw malformed(path, 'a name');
  return value;
}

/** A name that the query gives itself: printed quoted, so it may hold anything but U+0000, lone surrogates and excess length. */
export function readAlias(value: unknown, path: string): string {
  const name = readName(value, path);
  if (new TextEncoder().encode(name).length > 63 || name.includes('\0') || !name.isWellFormed())
    throw malformed(path, 'a name of at most 63 bytes of UTF-8, well-formed and without U+0000');
  return name;
}

/** One of `choices`. */
export function readChoice<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw malformed(path, choices.join(', '));
  return choice;
}

/** A whole number from 0 to `most`. */
export function readCount(value: unknown, path: string, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw malformed(path, `a whole number from 0 to ${most}`);
  return value + 0;
}

/** True or false. */
export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw malformed(path, 'true or false');
  return value;
}
