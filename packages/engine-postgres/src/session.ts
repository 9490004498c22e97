import { PerfError } from '@perf/contracts';
import { requestCancel } from './cancel-request.ts';
import { Lease } from './lease.ts';
import type { PostgresPool } from './pg-client.ts';
import type { QueryText } from './running-query.ts';
import { RunningQuery } from './running-query.ts';

/** What holds while one statement runs, and ends with it. */
export interface Settings {
  readonly schemas: readonly string[];
  readonly readOnly: boolean;
  /** 0 is no limit. */
  readonly timeoutMs: number;
}

const PRELUDE = `SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('transaction_read_only', $2, true),
 pg_catalog.set_config('TimeZone', 'UTC', true), pg_catalog.set_config('DateStyle', 'ISO, YMD', true),
 pg_catalog.set_config('bytea_output', 'hex', true), pg_catalog.set_config('extra_float_digits', '1', true),
 pg_catalog.set_config('standard_conforming_strings', 'on', true)`;
const TIMEOUT = `, pg_catalog.set_config('statement_timeout', $3, true)`;

/** The statement that puts `settings` in force until its transaction ends; a limit of 0 leaves the server's own. */
export function preludeOf({ schemas, readOnly, timeoutMs }: Settings): QueryText['prelude'] {
  // Tables for one session may stand in the way of those of the catalogue, if they are not named last.
  const path = [...schemas.map(quotedName), 'pg_temp'].join(', ');
  const values = [path, readOnly ? 'on' : 'off'];
  return timeoutMs === 0
    ? { text: PRELUDE, values }
    : { text: PRELUDE + TIMEOUT, values: [...values, String(timeoutMs)] };
}

/** An identifier in quotes. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Longest wait for a statement that was told to stop, in ms; then its connection is closed. */
const PATIENCE_MS = 5_000;

/**
 * One statement on a client of its own, from the pool and back to it. The client goes back as soon as the server is through,
 * however slow the reader is.
 */
export class Session {
  readonly query: RunningQuery;
  /** Resolves when the client has gone back. */
  readonly left: Promise<void>;
  readonly #lease: Lease;
  #leaving: Promise<void> | undefined;

  private constructor(lease: Lease, sent: QueryText) {
    this.#lease = lease;
    this.query = new RunningQuery(sent);
    lease.client.query(this.query);
    this.left = this.#giveBack();
  }

  static async start(pool: PostgresPool, sent: QueryText, signal: AbortSignal | undefined): Promise<Session> {
    return new Session(await Lease.take(pool, signal), sent);
  }

  /** Resolves when the client has gone back; a statement that still runs is stopped on the server before. */
  async leave(): Promise<void> {
    this.#leaving ??= this.#stop();
    await this.#leaving;
    await this.left;
  }

  /** Refuses what was run when its effect would have stayed on the connection, which is the pool's. */
  assertLeftNothing(): void {
    const word = sessionWord(this.query.tag);
    if (word !== undefined)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `statements share connections, so ${word} cannot be one; use a client of your own`,
      );
  }

  async #giveBack(): Promise<void> {
    await this.query.ended;
    const word = sessionWord(this.query.tag);
    if (this.query.loss !== undefined) this.#lease.destroy(this.query.loss);
    else if (word === undefined) this.#lease.release();
    else this.#lease.destroy(new Error(`${word} was run on it`));
  }

  async #stop(): Promise<void> {
    if (this.query.isOver || (await stopped(this.query, this.#lease.client))) return;
    const reason = new Error('the statement did not stop in time');
    this.#lease.destroy(reason);
    this.query.fail(reason);
  }
}

const OF_SESSIONS =
  /^(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|SET|RESET|LISTEN|UNLISTEN|DISCARD|DEALLOCATE|DECLARE|COPY|LOAD)/;

function sessionWord(tag: string): string | undefined {
  return OF_SESSIONS.exec(tag)?.[1];
}

/** Stops a statement on the server; false when that did not help in time. */
export async function stopped(query: RunningQuery, client: object): Promise<boolean> {
  query.discard();
  const told = await requestCancel(client);
  if (query.isOver) return true;
  if (!told) return false;
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), PATIENCE_MS);
  const isOver = await Promise.race([query.ended.then(() => true), promise]);
  clearTimeout(timer);
  return isOver;
}
