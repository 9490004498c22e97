import { PerfError } from '@perf/contracts';

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const ESCAPED = /%(25|7B|7D|u[0-9A-F]{4})/g;
const GLOB = /[*?[\]\\^-]/g;

/**
 * Names of a store's keys in Redis. Those of one entry share a hash tag, so a Cluster keeps them on one node: value `P{h}:v`,
 * lease `P{h}:l`, mark of those who wait `P{h}:w`. h is the key itself with braces, percent signs and lone surrogates escaped, so
 * keys stay readable and a prefix of keys is a prefix of names. Counters are `P` + `c:` + name.
 */
export class KeyNames {
  /** The channel of the bus. */
  readonly channel: string;
  /** What the names of entries begin with. */
  readonly entries: string;
  readonly #prefix: string;

  /** @param prefix any text but one with braces, which would become the hash tag */
  constructor(prefix: string) {
    if (/[{}]/.test(prefix) || !prefix.isWellFormed())
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `prefix must be well-formed text without braces, got ${prefix}`,
      );
    this.#prefix = prefix;
    this.entries = `${prefix}{`;
    this.channel = `${prefix}bus`;
  }

  value(key: string): string {
    return `${this.entries}${escapeKey(key)}}:v`;
  }

  /** Names of value, lease and mark. */
  entry(key: string): [value: string, lease: string, mark: string] {
    const base = `${this.entries}${escapeKey(key)}}:`;
    return [`${base}v`, `${base}l`, `${base}w`];
  }

  counter(name: string): string {
    return `${this.#prefix}c:${escapeKey(name)}`;
  }

  /** Pattern for SCAN that finds the names of all entries whose key begins with `prefix`. */
  pattern(prefix: string): string {
    const start = prefix === '' ? this.entries : this.entries + escapeKey(prefix);
    return `${start.replace(GLOB, '\\$&')}*`;
  }

  /** The key whose value has this name, or undefined when it is no name of a value. */
  keyOf(name: string): string | undefined {
    return name.startsWith(this.entries) && name.endsWith('}:v')
      ? unescapeKey(name.slice(this.entries.length, -3))
      : undefined;
  }
}

/** A text as part of a name or message: every key has exactly one form, well-formed and never empty. */
export function escapeKey(key: string): string {
  if (key === '') return '%';
  const plain = /[%{}]/.test(key)
    ? key.replaceAll('%', '%25').replaceAll('{', '%7B').replaceAll('}', '%7D')
    : key;
  return plain.isWellFormed() ? plain : plain.replace(LONE_SURROGATE, escapeSurrogate);
}

/** What `escapeKey` made the text from. */
export function unescapeKey(text: string): string {
  if (!text.includes('%')) return text;
  return text === '%'
    ? ''
    : text.replace(ESCAPED, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code.replace('u', ''), 16)),
      );
}

function escapeSurrogate(unit: string): string {
  return `%u${unit.charCodeAt(0).toString(16).toUpperCase()}`;
}
