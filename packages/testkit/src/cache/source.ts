import { setTimeout as delay } from 'node:timers/promises';
import { Found } from './verdict.ts';

/** What loads give: which key it is of, and the version that its source had when the load began. */
export interface SourceValue {
  readonly key: string;
  readonly version: number;
}

/** Where loads read: a register for each key, which begins at version 1. */
export class Source {
  readonly #versions = new Map<string, number>();
  readonly #loads = new Map<string, number>();

  version(key: string): number {
    return this.#versions.get(key) ?? 1;
  }

  /** The source of the key changes. */
  raise(key: string): void {
    this.#versions.set(key, this.version(key) + 1);
  }

  value(key: string): SourceValue {
    return { key, version: this.version(key) };
  }

  /** A load that reads the register at once and gives the value `ms` later. */
  load(key: string, ms = 0): () => Promise<SourceValue> {
    return async () => {
      this.#loads.set(key, this.loads(key) + 1);
      const value = this.value(key);
      if (ms > 0) await delay(ms);
      return value;
    };
  }

  /** Loads of the key so far. */
  loads(key: string): number {
    return this.#loads.get(key) ?? 0;
  }

  /** Refuses a value that is older than the source is now. */
  expectNew(value: unknown, key: string, when: string): void {
    const version = versionIn(value, key);
    const now = this.version(key);
    if (version < now) throw new Found('stale', `${when}: version ${version}, the source has ${now}`);
  }
}

/** The version of a value of `key`; refuses anything else. */
export function versionIn(value: unknown, key: string): number {
  if (typeof value === 'object' && value !== null && 'key' in value && 'version' in value)
    if (value.key === key && typeof value.version === 'number') return value.version;
  throw new Found('wrong', `a read of ${key} gave ${JSON.stringify(value) ?? 'undefined'}`);
}
