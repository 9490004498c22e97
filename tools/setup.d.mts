/** The computer that optional packages must fit. */
export interface Machine {
  readonly os: string;
  readonly cpu: string;
  /** `glibc` or `musl` on Linux. */
  readonly libc: string | undefined;
}

/** Why `npm ci` is needed in `root`, in a few words, or `undefined` when node_modules matches package-lock.json. */
export function reasonToInstall(root: string, machine?: Machine): string | undefined;
