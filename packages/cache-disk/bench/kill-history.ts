import type { DiskStore } from '@perf/cache-disk';
import { keysOf, versionIn } from './kill-values.ts';

/** What a child does in one call. */
export interface KillStep {
  readonly set?: readonly string[];
  readonly version?: number;
  readonly delete?: readonly string[];
  readonly clear?: string;
  readonly bump?: string;
}

/** A line of a child: a step that begins, or `done`. */
interface KillLine extends KillStep {
  readonly done?: boolean;
  /** What a bump gave. */
  readonly generation?: number;
}

/** What was found after a kill. */
export interface KillVerdict {
  /** Entries with bytes that nobody wrote under their key, records that were rejected, and counts that do not add up. */
  readonly corrupt: number;
  /** Flushed writes, deletes and bumps that are not there. */
  readonly lost: number;
}

/** What the children of one prefix have done, as far as they said; what was not said to be flushed may be there or not. */
export class KillHistory {
  readonly prefix: string;
  /** Version of each key by flushed steps; absent: deleted, or never written. */
  readonly #flushed = new Map<string, number>();
  #generation = 0;
  #running: KillStep | undefined;
  /** The version with which the next child goes on. */
  nextVersion = 1;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Takes a line of a child. */
  tell(line: string): void {
    const told: unknown = JSON.parse(line);
    if (!isLine(told)) throw new Error(`no line of a child: ${line}`);
    if (told.done !== true) {
      this.#running = told;
      this.nextVersion = Math.max(this.nextVersion, (told.version ?? 0) + 1);
      return;
    }
    this.#apply(this.#running ?? {});
    this.#generation = told.generation ?? this.#generation;
    this.#running = undefined;
  }

  /** Compares with what the store holds, and takes that as the start of what follows. */
  async judge(store: DiskStore): Promise<KillVerdict> {
    let [corrupt, lost] = [0, 0];
    const keys = keysOf(this.prefix);
    const found = await store.getMany(keys);
    const running = this.#running ?? {};
    for (const [i, key] of keys.entries()) {
      const entry = found[i];
      const version = entry === undefined ? undefined : versionIn(key, entry.value);
      if (entry !== undefined && version === undefined) corrupt++;
      else if (version !== this.#flushed.get(key) && version !== afterStep(key, running)) lost++;
      if (version === undefined) this.#flushed.delete(key);
      else this.#flushed.set(key, version);
    }
    const [generation = 0] = await store.generations([`${this.prefix}counter`]);
    if (generation < this.#generation) lost++;
    this.#generation = generation;
    this.#running = undefined;
    return { corrupt, lost };
  }

  #apply(step: KillStep): void {
    for (const key of keysOf(this.prefix)) {
      if (!touches(step, key)) continue;
      const version = afterStep(key, step);
      if (version === undefined) this.#flushed.delete(key);
      else this.#flushed.set(key, version);
    }
  }
}

function isLine(told: unknown): told is KillLine {
  return typeof told === 'object' && told !== null;
}

function touches(step: KillStep, key: string): boolean {
  return (
    step.set?.includes(key) === true ||
    step.delete?.includes(key) === true ||
    (step.clear !== undefined && key.startsWith(step.clear))
  );
}

/** The version a key has after a step that touches it; -1 when it does not. */
function afterStep(key: string, step: KillStep): number | undefined {
  if (!touches(step, key)) return -1;
  return step.set?.includes(key) === true ? step.version : undefined;
}
