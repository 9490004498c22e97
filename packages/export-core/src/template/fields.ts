/** What is wrong with a template, and where. */
export class TemplateFault extends Error {
  /** As in `.columns[2].format`; empty for the template itself. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

const TEXT_CHARACTERS = 10_000;
const LIST_ENTRIES = 16_384;

/** Reads the properties of one untrusted object by name, and refuses those that nobody asked for. */
export class Fields {
  readonly #value: unknown;
  readonly #properties: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#properties = new Map(isObject ? Object.entries(value) : []);
  }

  /** The value itself, as a text. */
  itself(): string {
    if (typeof this.#value === 'string') return this.#value;
    throw new TemplateFault(this.#path, `must be a text, got ${nameOf(this.#value)}`);
  }

  text(key: string, most: number = TEXT_CHARACTERS): string {
    const value = this.#get(key);
    if (typeof value !== 'string' || value === '')
      return this.fail(key, `must be a text, got ${nameOf(value)}`);
    if (value.length > most) return this.fail(key, `has ${value.length} characters, ${most} at most`);
    return value;
  }

  number(key: string): number {
    const value = this.#get(key);
    return typeof value === 'number' ? value : this.fail(key, `must be a number, got ${nameOf(value)}`);
  }

  integer(key: string, least: number, most: number): number {
    const value = this.number(key);
    const isFit = Number.isInteger(value) && value >= least && value <= most;
    return isFit ? value : this.fail(key, `must be a whole number from ${least} to ${most}, got ${value}`);
  }

  boolean(key: string): boolean {
    const value = this.#get(key);
    return typeof value === 'boolean' ? value : this.fail(key, `must be true or false, got ${nameOf(value)}`);
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const value = this.#get(key);
    const found = allowed.find((text) => text === value);
    return found ?? this.fail(key, `must be ${allowed.join(', ')}, got ${nameOf(value)}`);
  }

  list(key: string): Fields[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) return this.fail(key, `must be a list, got ${nameOf(value)}`);
    if (value.length > LIST_ENTRIES)
      return this.fail(key, `has ${value.length} entries, ${LIST_ENTRIES} at most`);
    return value.map((item: unknown, i) => new Fields(item, `${this.#path}.${key}[${i}]`));
  }

  inner(key: string): Fields {
    return new Fields(this.#get(key), `${this.#path}.${key}`);
  }

  /** An object with the property when it is there, else an empty one: ready to be spread. */
  optional<K extends string, T>(key: K, read: (key: K) => T): { readonly [P in K]?: T } {
    if (this.#get(key) === undefined) return {};
    const found: { [P in K]?: T } = {};
    found[key] = read(key);
    return found;
  }

  /** Refuses what is left over. */
  end(): void {
    for (const key of this.#properties.keys())
      if (!this.#read.has(key)) this.fail(key.slice(0, 64), 'is not something a template has');
  }

  fail(key: string, message: string): never {
    throw new TemplateFault(`${this.#path}.${key}`, message);
  }

  #get(key: string): unknown {
    this.#read.add(key);
    return this.#properties.get(key);
  }
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 64));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
