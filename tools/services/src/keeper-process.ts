import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { KeeperMessage, KeeperOrder, KeeperReport } from './keeper-messages.ts';

const patienceMs = 60_000;

/** This side of a keeper: knows what the server does, and stops it when the keeper is let go. */
export class KeeperProcess {
  readonly #keeper: ChildProcess;
  readonly #gone: Promise<void>;
  #last: KeeperReport | undefined;
  #wake: (() => void) | undefined;

  constructor(order: KeeperOrder) {
    const keeper = fork(join(import.meta.dirname, 'keeper.ts'), [JSON.stringify(order)], {
      detached: true,
      execArgv: [],
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#keeper = keeper;
    keeper.on('message', (report: KeeperReport) => this.#take(report));
    this.#gone = new Promise((resolve) => {
      keeper.once('exit', () => {
        if (this.pid !== undefined || this.#last === undefined)
          this.#take({ state: 'failed', reason: 'its keeper died' });
        resolve();
      });
    });
  }

  /** Process id of the server; undefined while it does not accept connections. */
  get pid(): number | undefined {
    return this.#last?.state === 'ready' ? this.#last.pid : undefined;
  }

  /** The server's process id, once it accepts connections. Throws what it said when it ended before. */
  async ready(): Promise<number> {
    const report = await this.#until((last) => last !== undefined);
    if (report?.state === 'ready') return report.pid;
    throw new Error(`server did not start: ${report?.reason ?? `no answer for ${patienceMs} ms`}`);
  }

  /** Starts a restartable server that has ended; resolves as `ready` does. */
  async start(): Promise<number> {
    const message: KeeperMessage = 'start';
    this.#last = undefined;
    this.#keeper.send(message);
    return this.ready();
  }

  /** Resolves when the server has ended. */
  async ended(): Promise<void> {
    const report = await this.#until((last) => last !== undefined && last.state !== 'ready');
    if (report === undefined) throw new Error(`server did not end within ${patienceMs} ms`);
  }

  /** Stops the server and resolves when process and folder are gone; twice is fine. */
  async letGo(): Promise<void> {
    this.#keeper.ref();
    if (this.#keeper.connected) this.#keeper.disconnect();
    await this.#gone;
  }

  #take(report: KeeperReport): void {
    this.#last = report;
    this.#wake?.();
  }

  /** The last report once it is as wanted, or undefined after a minute. This process stays as long as it waits here. */
  async #until(isWanted: (last: KeeperReport | undefined) => boolean): Promise<KeeperReport | undefined> {
    const deadline = performance.now() + patienceMs;
    this.#keeper.ref();
    this.#keeper.channel?.ref();
    const timer = setTimeout(() => this.#wake?.(), patienceMs);
    while (!isWanted(this.#last) && performance.now() < deadline)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    clearTimeout(timer);
    this.#keeper.unref();
    this.#keeper.channel?.unref();
    return isWanted(this.#last) ? this.#last : undefined;
  }
}
