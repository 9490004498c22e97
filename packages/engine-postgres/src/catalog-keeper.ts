import type { Catalog } from '@perf/contracts';
import { catalogVersion } from '@perf/contracts';
import { STAMP_QUERY } from './catalog-queries.ts';
import { textArray } from './parameters.ts';
import { readTables } from './postgres-catalog.ts';
import type { ResolvedOptions } from './resolved-options.ts';
import type { Server } from './server.ts';

/** A catalogue and the state of the schema that it shows. */
interface Kept {
  readonly stamp: string;
  readonly catalog: Catalog;
}

/** Keeps the catalogue while the schema stays. */
export class CatalogKeeper {
  readonly #server: Server;
  readonly #options: ResolvedOptions;
  #kept: Kept | undefined;
  #checkedAt = 0;
  #checking: Promise<Kept> | undefined;

  constructor(server: Server, options: ResolvedOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** The catalogue; asks whether it still holds when it was not asked for a while. Callers at once share one question. */
  async catalog(): Promise<Catalog> {
    const { now, catalogTtlMs } = this.#options;
    if (this.#kept !== undefined && now() - this.#checkedAt < catalogTtlMs) return this.#kept.catalog;
    if (this.#checking !== undefined && catalogTtlMs > 0) return (await this.#checking).catalog;
    const checking = this.#check(now());
    this.#checking = checking;
    try {
      return (await checking).catalog;
    } finally {
      if (this.#checking === checking) this.#checking = undefined;
    }
  }

  /** Asks anew at the next call. */
  forget(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
    this.#checking = undefined;
  }

  async #check(startedAt: number): Promise<Kept> {
    const { schemas } = this.#options;
    const server = this.#server;
    const ask = server.ask.bind(server);
    const [row] = await ask(STAMP_QUERY, [textArray(schemas)]);
    const stamp = String(row?.['stamp']);
    let kept = this.#kept;
    if (kept?.stamp !== stamp) {
      await server.learnTypes();
      const { version } = server.facts;
      const tables = await readTables(ask, { schemas, version, types: server.types });
      // The stamp is from before: what changed meanwhile shows at the next question.
      kept = { stamp, catalog: { version: catalogVersion(tables), tables } };
    }
    this.#kept = kept;
    this.#checkedAt = startedAt;
    return kept;
  }
}
