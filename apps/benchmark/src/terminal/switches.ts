/** What can be switched off at run time; the answers stay the same. */
export interface AppSwitches {
  /** Answers are kept and found again. */
  readonly cache: boolean;
  /** Queries are rewritten before they run. */
  readonly optimizer: boolean;
  /** Engines use several threads, and exports hash beside the writing. */
  readonly parallel: boolean;
}

/** What a `PERF_DISABLE` says, and what in it names nothing. */
export interface ReadSwitches {
  readonly switches: AppSwitches;
  readonly unknown: readonly string[];
}

const NAMES: ReadonlySet<string> = new Set(['all', 'cache', 'optimizer', 'parallel']);

/** Reads `all`, or a list such as `cache,optimizer`; nothing leaves everything on. */
export function readSwitches(disable: string | undefined): ReadSwitches {
  const named = (disable ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isOn = (name: string): boolean => !named.includes('all') && !named.includes(name);
  return {
    switches: { cache: isOn('cache'), optimizer: isOn('optimizer'), parallel: isOn('parallel') },
    unknown: named.filter((name) => !NAMES.has(name)),
  };
}
