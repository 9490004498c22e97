import { PerfError } from '@perf/contracts';

/** A value of JSON that is not trusted, and its place for messages, which hold nothing of the value. */
export class JsonReader {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** A field; its value is undefined where there is none. */
  at(name: string): JsonReader {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('an object');
    return new JsonReader(
      Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
      `${this.path}.${name}`,
    );
  }

  get isAbsent(): boolean {
    return this.value === undefined;
  }

  list(most: number): readonly JsonReader[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail('a list');
    if (value.length > most) return this.fail(`at most ${most} items`);
    return value.map((item: unknown, i) => new JsonReader(item, `${this.path}[${i}]`));
  }

  text(most: number = 1000): string {
    const { value } = this;
    return typeof value === 'string' && value.length <= most
      ? value
      : this.fail(`a text of at most ${most} characters`);
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('true or false');
  }

  number(least: number, most: number = Infinity): number {
    const { value } = this;
    return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most
      ? value
      : this.fail(most === Infinity ? `a number from ${least}` : `a number from ${least} to ${most}`);
  }

  oneOf<T extends string>(values: readonly T[]): T {
    return values.find((value) => value === this.value) ?? this.fail(`one of ${values.join(', ')}`);
  }

  /** What `read` makes of the value; nothing where it is absent. */
  maybe<T>(read: (reader: JsonReader) => T): T | undefined {
    return this.isAbsent ? undefined : read(this);
  }

  fail(expected: string): never {
    throw new PerfError('ERR_PERF_INVALID_VALUE', `${this.path} must be ${expected}`);
  }
}
