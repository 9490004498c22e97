import type { LmdbEnvironment, LmdbModule } from './lmdb-module.ts';
import { LMDB_OPTIONS } from './lmdb-module.ts';

/**
 * A lock that processes share and that the end of its holder frees: the writer's lock of a second file of lmdb, in which nothing
 * is ever written. lmdb cannot stand that one process opens a file while another commits (the number of the last commit is set
 * back), so whoever opens, writes or replaces the cache holds the gate.
 */
export class LmdbGate {
  readonly #environment: LmdbEnvironment;

  constructor(module: LmdbModule, file: string) {
    this.#environment = module.open({ path: file, ...LMDB_OPTIONS });
  }

  /** Runs `work` while no other process is inside. One call at a time; not from inside `work`. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.#environment.transaction(work);
  }

  close(): Promise<void> {
    return this.#environment.close();
  }
}
