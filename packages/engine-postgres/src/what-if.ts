import type { Catalog, ExecutionPlan, HypotheticalIndex, Statement } from '@perf/contracts';
import { DEFAULT_BATCH_ROWS, abortError, orAborted, throwIfAborted } from '@perf/contracts';
import { AnswerReader } from './answer-reader.ts';
import { hypotheticalDdl } from './hypothetical-ddl.ts';
import { Lease } from './lease.ts';
import { boundValues, textArray } from './parameters.ts';
import type { BoundValue } from './pg-client.ts';
import type { PlanReader } from './plan-reader.ts';
import type { PlanContext } from './postgres-plan.ts';
import { planFromJson } from './postgres-plan.ts';
import { RunningQuery } from './running-query.ts';
import type { Server } from './server.ts';
import { engineFailed } from './server-error.ts';
import { quotedName, stopped } from './session.ts';

/** What is asked. */
export interface Supposition {
  readonly indexes: readonly HypotheticalIndex[];
  readonly statement: Statement;
  readonly signal: AbortSignal | undefined;
}

/** An index that HypoPG has made. */
interface Made {
  readonly id: string;
  /** How plans name it. */
  readonly name: string;
}

/**
 * Plans with indexes that are not there, by HypoPG. Its indexes live in one server process, so calls go one after another on
 * one client, which is kept for a while; between two calls only the difference of their indexes is made and dropped.
 */
export class WhatIf {
  readonly #server: Server;
  readonly #plans: PlanReader;
  readonly #reset: string;
  /** Makes the indexes of the first list, and drops those of the second. */
  readonly #change: string;
  readonly #idleMs: number;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #lease: Lease | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** By their DDL; undefined when it is not known what the process has. */
  #made: Map<string, Made> | undefined;

  constructor(
    server: Server,
    plans: PlanReader,
    { schema, idleMs }: { readonly schema: string; readonly idleMs: number },
  ) {
    this.#server = server;
    this.#plans = plans;
    const name = quotedName(schema);
    this.#reset = `SELECT ${name}.hypopg_reset()`;
    this.#change = `SELECT d.ddl, h.indexrelid::int8, h.indexname::text
      FROM unnest($1::text[]) d (ddl), LATERAL ${name}.hypopg_create_index(d.ddl) h
      UNION ALL SELECT NULL, NULL, NULL FROM unnest($2::int8[]) x (id) WHERE ${name}.hypopg_drop_index(x.id::oid) IS NULL`;
    this.#idleMs = idleMs;
  }

  /** The plan of `statement` if `indexes` were there. */
  async plan(catalog: Catalog, { indexes, statement, signal }: Supposition): Promise<ExecutionPlan> {
    const wanted = new Map(indexes.map((index) => [hypotheticalDdl(index, catalog), index]));
    const values = boundValues(statement.parameters);
    // Before the turn: with the client in hand there may be no other left to ask.
    const context = await this.#plans.context();
    return this.#inTurn(async () => {
      throwIfAborted(signal, 'the plan');
      this.#server.assertOpen();
      const made = await this.#make([...wanted.keys()], signal);
      const [json] = await this.#ask(`EXPLAIN (FORMAT JSON) ${statement.text}`, values, signal);
      const shown = new Map([...made].map(([ddl, { name }]) => [name, shownName(wanted.get(ddl))]));
      const indexName = (name: string): string => shown.get(name) ?? name;
      return planFromJson(json?.[0], { ...context, indexName } satisfies PlanContext);
    });
  }

  /** Drops the indexes and gives the client back. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#tail;
    await this.#letGo();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#waiting++;
    const turn = this.#tail.then(work);
    this.#tail = this.#afterTurn(turn);
    return turn;
  }

  async #afterTurn(turn: Promise<unknown>): Promise<void> {
    // Whoever asked is told of the failure.
    await turn.catch(() => undefined);
    this.#waiting--;
    if (this.#waiting > 0) return;
    if (this.#idleMs === 0) await this.#letGo();
    else this.#timer = setTimeout(() => void this.#inTurnLetGo(), this.#idleMs).unref();
  }

  async #inTurnLetGo(): Promise<void> {
    if (this.#waiting > 0) return;
    this.#tail = this.#tail.then(() => this.#letGo());
    await this.#tail;
  }

  async #letGo(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) return;
    try {
      await this.#ask(this.#reset, [], undefined);
      lease.release();
    } catch {
      // Nobody may meet indexes that are not there: without a reset the process ends.
      lease.destroy(new Error('the hypothetical indexes could not be dropped'));
    }
    this.#lease = undefined;
    this.#made = undefined;
  }

  /** Sees to it that the process has these indexes and no others. */
  async #make(ddls: readonly string[], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Made>> {
    let made = this.#made;
    if (made === undefined) {
      await this.#ask(this.#reset, [], signal);
      made = new Map();
    }
    const needed = new Set(ddls);
    const surplus = [...made].filter(([ddl]) => !needed.has(ddl));
    const missing = [...needed].filter((ddl) => !made.has(ddl));
    // What is there when this fails is not known.
    this.#made = undefined;
    if (surplus.length + missing.length > 0) {
      const dropped = `{${surplus.map(([, { id }]) => id).join(',')}}`;
      for (const [ddl, id, name] of await this.#ask(this.#change, [textArray(missing), dropped], signal))
        made.set(String(ddl), { id: String(id), name: String(name) });
      for (const [ddl] of surplus) made.delete(ddl);
    }
    this.#made = made;
    return made;
  }

  /** Rows of a statement on the client of ours. */
  async #ask(
    text: string,
    values: readonly BoundValue[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (readonly unknown[])[]> {
    this.#lease ??= await Lease.take(this.#server.pool, signal);
    const lease = this.#lease;
    const query = new RunningQuery({
      prelude: this.#server.prelude,
      text,
      values,
      chunkRows: DEFAULT_BATCH_ROWS,
    });
    lease.client.query(query);
    try {
      const described = await orAborted(query.described, signal, 'the plan');
      const reader = new AnswerReader(described, this.#server.types, { shape: 'rows', written: undefined });
      const rows: (readonly unknown[])[] = [];
      for (let raw = await query.next(); raw !== undefined; raw = await query.next()) {
        const batch = reader.batch(raw);
        if (batch.kind === 'rows' && batch.layout === 'arrays') rows.push(...batch.rows);
      }
      return rows;
    } catch (cause) {
      this.#made = undefined;
      if (!query.isOver && !(await stopped(query, lease.client))) this.#giveUp(lease, query);
      if (query.loss !== undefined) this.#giveUp(lease, query);
      if (signal?.aborted === true) throw abortError(signal, 'the plan');
      throw engineFailed(cause);
    }
  }

  #giveUp(lease: Lease, query: RunningQuery): void {
    const reason = new Error('the connection for hypothetical indexes was given up');
    lease.destroy(reason);
    query.fail(reason);
    this.#lease = undefined;
  }
}

function shownName(index: HypotheticalIndex | undefined): string {
  if (index === undefined) return 'hypothetical';
  const columns = index.columns.map(({ name, direction }) => (direction === 'desc' ? `${name} DESC` : name));
  return `hypothetical ${index.table}(${columns.join(', ')})`;
}
