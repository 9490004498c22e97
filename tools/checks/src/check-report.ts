import { writeFileSync } from 'node:fs';

/** How many checks ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The sum of several counts. */
export function sumOf(all: readonly Counts[]): Counts {
  const add = (key: keyof Counts): number => all.reduce((sum, counts) => sum + counts[key], 0);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') };
}

/** Counts as people read them: `3 passed, 0 failed, 1 skipped`. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Prints one line per check and counts them. */
export class CheckReport {
  #counts = { passed: 0, failed: 0, skipped: 0 };

  /** The counts so far. */
  get counts(): Counts {
    return { ...this.#counts };
  }

  /** Notes a check that holds. */
  pass(claim: string): void {
    this.#note('passed', claim);
  }

  /** Notes a check that does not hold, with what was seen. */
  fail(claim: string, seen: string): void {
    this.#note('failed', claim, seen);
  }

  /** Notes a check that cannot be made, with the reason. */
  skip(claim: string, reason: string): void {
    this.#note('skipped', claim, reason);
  }

  /** Passes when `problem` is `undefined`, else fails with it. */
  check(claim: string, problem: string | undefined): void {
    if (problem === undefined) this.pass(claim);
    else this.fail(claim, problem);
  }

  /** Writes `{ passed, failed, skipped }` as JSON. */
  save(file: string): void {
    writeFileSync(file, `${JSON.stringify(this.#counts)}\n`);
  }

  #note(outcome: keyof Counts, claim: string, detail?: string): void {
    this.#counts[outcome]++;
    const lines = detail?.trim().split('\n') ?? [];
    console.log([`${outcome.padEnd(7)} ${claim}`, ...lines.map((line) => `        ${line}`)].join('\n'));
  }
}
