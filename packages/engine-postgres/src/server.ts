import type { ResultStream, Schema } from '@perf/contracts';
import { DEFAULT_BATCH_ROWS, PerfError, abortError, orAborted, throwIfAborted } from '@perf/contracts';
import { AnswerReader } from './answer-reader.ts';
import type { BoundValue, DescribedField, PostgresPool } from './pg-client.ts';
import { PostgresStream } from './postgres-stream.ts';
import type { KnownTypes } from './postgres-types.ts';
import { FIRST_OWN_TYPE, TYPES_QUERY, knownTypes } from './postgres-types.ts';
import type { ResolvedOptions } from './resolved-options.ts';
import type { QueryText } from './running-query.ts';
import { engineFailed } from './server-error.ts';
import { Session, preludeOf } from './session.ts';

/** One row of an answer of ours, by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement of ours and gives its rows. */
export type Answer = (text: string, values?: readonly BoundValue[]) => Promise<readonly Row[]>;

/** What does not change while the engine lives. */
export interface ServerFacts {
  /** As in `150018`. */
  readonly version: number;
  readonly blockBytes: number;
  /** Schema of the extension; absent without it. */
  readonly hypopg: string | undefined;
  readonly statStatements: string | undefined;
}

/** A statement to open, with its values bound. */
export interface Opening {
  readonly text: string;
  readonly values: readonly BoundValue[];
  readonly written: Schema | undefined;
  readonly shape: 'rows' | 'columns';
  readonly chunkRows: number;
  /** Whether the transaction is rolled back. @default false */
  readonly rollback?: boolean;
}

const FACTS = `/*perf*/ SELECT current_setting('server_version_num')::int AS version, current_setting('block_size')::int AS block_bytes,
  (SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'hypopg') AS hypopg,
  (SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements') AS stat_statements`;

const NO_TYPES: KnownTypes = { lists: new Map(), domains: new Map(), seen: new Set() };

/** The server as the engine knows it: runs statements on clients of the pool and stops them all at the end. */
export class Server {
  readonly pool: PostgresPool;
  readonly prelude: QueryText['prelude'];
  /** For statements of ours, which are few and short. */
  readonly #ownPrelude: QueryText['prelude'];
  readonly #readOnly: boolean;
  readonly #running = new Set<Session>();
  #facts: ServerFacts = { version: 0, blockBytes: 8192, hypopg: undefined, statStatements: undefined };
  #types = NO_TYPES;
  #disposed = false;

  private constructor(pool: PostgresPool, options: ResolvedOptions) {
    const { schemas, readOnly, statementTimeoutMs: timeoutMs } = options;
    this.pool = pool;
    this.#readOnly = readOnly;
    this.prelude = preludeOf({ schemas, readOnly, timeoutMs });
    this.#ownPrelude = preludeOf({ schemas, readOnly: true, timeoutMs });
  }

  /** Asks for what must be known before the first statement. */
  static async meet(pool: PostgresPool, options: ResolvedOptions): Promise<Server> {
    const server = new Server(pool, options);
    const [row] = await server.ask(FACTS);
    server.#facts = {
      version: Number(row?.['version']),
      blockBytes: Number(row?.['block_bytes']),
      hypopg: nameOf(row?.['hypopg']),
      statStatements: nameOf(row?.['stat_statements']),
    };
    await server.learnTypes();
    return server;
  }

  get facts(): ServerFacts {
    return this.#facts;
  }

  /** Lists, domains and own types, as far as they were learnt. */
  get types(): KnownTypes {
    return this.#types;
  }

  assertOpen(): void {
    if (this.#disposed) throw new PerfError('ERR_PERF_DISPOSED', 'the Postgres engine was disposed');
  }

  /** Starts a statement of the caller's. */
  async open(
    opening: Opening,
    signal: AbortSignal | undefined,
    prelude: QueryText['prelude'] = this.prelude,
  ): Promise<{ readonly stream: ResultStream; readonly session: Session }> {
    for (let attempt = 1; ; attempt++) {
      const { session, described } = await this.#start(opening, signal, prelude);
      const unknown = described.find(
        ({ dataTypeID: id }) => id >= FIRST_OWN_TYPE && !this.#types.seen.has(id),
      );
      if (unknown !== undefined && attempt === 1 && this.#readOnly) {
        // A type that was made after the engine was: learn it, and read again. Nothing was written meanwhile.
        await session.leave();
        await this.learnTypes(unknown.dataTypeID, signal);
        continue;
      }
      try {
        const { shape, written } = opening;
        const reader = new AnswerReader(described, this.#types, { shape, written });
        const ended = (): void => void this.#running.delete(session);
        return { session, stream: new PostgresStream({ session, reader, signal, ended }) };
      } catch (error) {
        await session.leave();
        throw error;
      }
    }
  }

  /** The rows of a short statement of ours, by name. */
  async ask(text: string, values: readonly BoundValue[] = [], signal?: AbortSignal): Promise<readonly Row[]> {
    const opening = {
      text,
      values,
      written: undefined,
      shape: 'rows',
      chunkRows: DEFAULT_BATCH_ROWS,
    } as const;
    const { stream } = await this.open(opening, signal, this.#ownPrelude);
    const rows: Row[] = [];
    for await (const batch of stream)
      if (batch.kind === 'rows' && batch.layout === 'arrays')
        for (const row of batch.rows)
          rows.push(Object.fromEntries(stream.schema.fields.map(({ name }, i) => [name, row[i]])));
    return rows;
  }

  /** Asks for the database's types anew. @param id one that must be known afterwards, whatever it is */
  async learnTypes(id = 0, signal?: AbortSignal): Promise<void> {
    const learnt = knownTypes(await this.ask(TYPES_QUERY, [String(id)], signal));
    // A type of rows is asked for when it is met first; what was seen stays.
    this.#types = { ...learnt, seen: new Set([...this.#types.seen, ...learnt.seen, id]) };
  }

  /** Stops what runs; the pool stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#running].map((session) => session.leave()));
  }

  async #start(
    { text, values, chunkRows, rollback = false }: Opening,
    signal: AbortSignal | undefined,
    prelude: QueryText['prelude'],
  ): Promise<{ readonly session: Session; readonly described: readonly DescribedField[] }> {
    this.assertOpen();
    throwIfAborted(signal, 'the statement');
    const session = await Session.start(this.pool, { prelude, text, values, chunkRows, rollback }, signal);
    this.#running.add(session);
    void session.left.then(() => this.#running.delete(session));
    try {
      const described = await orAborted(session.query.described, signal, 'the statement');
      this.assertOpen();
      return { session, described };
    } catch (cause) {
      const leaving = session.leave();
      if (signal?.aborted === true) throw abortError(signal, 'the statement');
      await leaving;
      this.assertOpen();
      throw engineFailed(cause);
    }
  }
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
