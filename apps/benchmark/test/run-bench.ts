import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the command is started. */
export interface BenchUse {
  /** `bin` as a user does; `main` is the program itself. @default 'bin' */
  readonly via?: 'bin' | 'main';
  /** File under the app that runs instead of `src/main.ts`. */
  readonly program?: string;
  /** Puts a shell between, as npm does. */
  readonly inShell?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Folder of the app. @default the one in this repository */
  readonly app?: string;
  /** File descriptor that becomes stdout; else it is kept in the result. */
  readonly stdout?: number;
}

/** How it ended. */
export interface BenchResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const APP = join(import.meta.dirname, '..');

/** The command in a process group of its own. */
export class RunningBench {
  readonly ended: Promise<BenchResult>;
  readonly pid: number;
  readonly child: ChildProcess;
  #stderr = '';
  #stdout = '';

  constructor(
    args: readonly string[],
    { via = 'bin', program, inShell = false, env, cwd, app = APP, stdout }: BenchUse = {},
  ) {
    const node =
      via === 'bin' && program === undefined
        ? [join(app, 'bin/perf-bench.js')]
        : [
            '--conditions=@perf/source',
            '--disable-warning=ExperimentalWarning',
            join(app, program ?? 'src/main.ts'),
          ];
    const command = [process.execPath, ...node, ...args];
    const [file = '', ...rest] = inShell ? ['sh', '-c', '"$0" "$@"; exit $?', ...command] : command;
    this.child = spawn(file, rest, {
      detached: true,
      stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
      env: { ...process.env, PERF_DISABLE: '', NODE_OPTIONS: '', ...env },
      cwd: cwd ?? APP,
    });
    this.pid = this.child.pid ?? 0;
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.child, 'close').then(([code]: unknown[]) => ({
      code: typeof code === 'number' ? code : null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Waits until stderr holds `text`. */
  async says(text: string): Promise<void> {
    while (!this.#stderr.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended before it said ${text}: ${this.#stderr}`);
      await Promise.race([once(this.child.stderr ?? this.child, 'data'), this.ended]);
    }
  }

  /** Sends a signal to the one process, or to its whole group as a terminal does. */
  signal(name: NodeJS.Signals, to: 'process' | 'group' = 'process'): void {
    process.kill(to === 'group' ? -this.pid : this.pid, name);
  }

  /** Whether a process of the group is left. */
  get isAlive(): boolean {
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      // No such group: all are gone.
      return false;
    }
  }
}

/** Runs the command to its end. */
export async function runBench(args: readonly string[], use?: BenchUse): Promise<BenchResult> {
  return new RunningBench(args, use).ended;
}

/** A temporary folder that goes at the end of its scope. */
export class Scratch implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'perf-bench-test-'));

  /** Names of what is in it. */
  get names(): readonly string[] {
    return readdirSync(this.path).toSorted();
  }

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
