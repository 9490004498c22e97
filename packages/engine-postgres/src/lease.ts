import { orAborted } from '@perf/contracts';
import type { PostgresClient, PostgresPool } from './pg-client.ts';
import { openFailed } from './server-error.ts';

/** A client of the pool while the engine has it: given back once, or closed when its state is not known. */
export class Lease {
  readonly client: PostgresClient;
  #isOver = false;
  #lost: Error | undefined;

  constructor(client: PostgresClient) {
    this.client = client;
    client.on('error', this.#noteLoss);
  }

  /** A client of `pool`. An abort ends the wait for one. */
  static async take(pool: PostgresPool, signal: AbortSignal | undefined): Promise<Lease> {
    const coming = pool.connect().catch((cause: unknown) => {
      throw openFailed(cause);
    });
    try {
      return new Lease(await orAborted(coming, signal, 'the statement'));
    } catch (error) {
      // A client that comes after nobody waits for it any more.
      coming.then((client) => client.release()).catch(ignoreFailure);
      throw error;
    }
  }

  /** Gives the client back. */
  release(): void {
    this.#end(this.#lost);
  }

  /** Closes the client. */
  destroy(reason: Error): void {
    this.#end(reason);
  }

  #end(reason: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.client.removeListener('error', this.#noteLoss);
    this.client.release(reason);
  }

  /** Without a listener the loss of a connection would end the process; the query that runs is told by itself. */
  readonly #noteLoss = (error: Error): void => {
    this.#lost = error;
  };
}

/** The wait for a client was told of its failure already. */
function ignoreFailure(): void {}
