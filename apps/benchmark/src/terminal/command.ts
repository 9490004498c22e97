import type { AppSwitches } from './switches.ts';

/** What every command is given. */
export interface CommandUse {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Writes to stdout. */
  readonly write: (text: string) => void;
  readonly switches: AppSwitches;
}

/** A command: takes its arguments, gives its exit code. */
export type Command = (argv: readonly string[], use: CommandUse) => Promise<number>;
