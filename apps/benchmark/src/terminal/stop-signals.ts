import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C can arrive twice, from the terminal and from npm; only what comes later than this is a second one. */
const SAME_MS = 300;
/** Longest time that tidying up may take. */
const GRACE_MS = 5000;

/** How often the parent is looked for. */
const PARENT_MS = 250;

/** What else ends the process. */
interface StopOptions {
  /** Takes the end of the parent process for a SIGTERM: npm ends the shell between it and its scripts, and nobody tells them. */
  readonly withParent: boolean;
}

/** Turns the signals that ask a process to end into an abort; the second one ends it at once. */
export class StopSignals {
  readonly #stopping = new AbortController();
  #stoppedAt = 0;
  #stoppedBy: (typeof SIGNALS)[number] | undefined;

  constructor({ withParent }: StopOptions) {
    for (const name of SIGNALS) process.on(name, () => this.#stop(name));
    if (withParent) this.#watchParent(process.ppid);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** The first signal, once it came. */
  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  /** 128 and the number of the first signal, as shells count; undefined when none came. */
  get exitCode(): number | undefined {
    return this.#stoppedBy === undefined ? undefined : 128 + constants.signals[this.#stoppedBy];
  }

  #watchParent(parent: number): void {
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      this.#stop('SIGTERM');
    }, PARENT_MS).unref();
  }

  #stop(name: (typeof SIGNALS)[number]): void {
    const now = performance.now();
    if (this.#stoppedBy !== undefined) {
      if (now - this.#stoppedAt > SAME_MS) process.exit(128 + constants.signals[name]);
      return;
    }
    this.#stoppedBy = name;
    this.#stoppedAt = now;
    this.#stopping.abort(new Error(`stopped by ${name}`));
    setTimeout(() => process.exit(this.exitCode), GRACE_MS).unref();
  }
}
