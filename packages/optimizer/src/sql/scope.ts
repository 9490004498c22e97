import type { Catalog, CatalogTable } from '@perf/contracts';
import type { Expr } from './expr.ts';
import { column } from './expr.ts';
import { unreadable } from './unreadable.ts';

/** A source as a statement names it. */
export interface NamedSource {
  /** As the statement calls it. */
  readonly called: string;
  /** As it is called from here on: no other source of the statement is. */
  readonly alias: string;
  readonly columns: readonly string[];
}

/** Names of a whole statement. */
export class Names {
  readonly #catalog: Catalog;
  readonly #exact: boolean;
  readonly #used = new Set<string>();
  /** Names that were taken for tables. */
  readonly #read = new Set<string>();
  readonly #tables: ReadonlySet<string>;

  /** @param exact whether names that differ in case are different names */
  constructor(catalog: Catalog, { exact }: { readonly exact: boolean }) {
    this.#catalog = catalog;
    this.#exact = exact;
    this.#tables = new Set([...catalog.tables.keys()].map((name) => name.toLowerCase()));
  }

  /** Whether two names are one. */
  alike(a: string, b: string): boolean {
    return this.#exact ? a === b : a.toLowerCase() === b.toLowerCase();
  }

  table(name: string): CatalogTable {
    this.#read.add(name.toLowerCase());
    const exact = this.#catalog.tables.get(name);
    if (exact !== undefined) return exact;
    const found = [...this.#catalog.tables.values()].filter((table) => this.alike(table.name, name));
    const [only] = found;
    return only !== undefined && found.length === 1 ? only : unreadable('it names a table that is not known');
  }

  /** Whether a name was taken for a table. */
  hasRead(name: string): boolean {
    return this.#read.has(name.toLowerCase());
  }

  /** A name that nothing of the statement has yet: the wanted one, or that with a number. */
  fresh(wanted: string): string {
    let name = wanted;
    // A name that is made must not be that of a table either, which it would hide.
    for (
      let i = 2;
      this.#used.has(name.toLowerCase()) || (i > 2 && this.#tables.has(name.toLowerCase()));
      i++
    )
      name = `${wanted}_${i}`;
    this.#used.add(name.toLowerCase());
    return name;
  }
}

/** What the names of one SELECT mean, and around it those of the queries it stands in. */
export class Scope {
  readonly names: Names;
  readonly #outer: Scope | undefined;
  readonly #sources: NamedSource[] = [];
  readonly #ctes = new Map<string, { readonly name: string; readonly columns: readonly string[] }>();
  /** Columns named without a source that stand in a query around. */
  readonly #fromOutside: string[] = [];
  /** Columns that USING has merged, and the source that stands for them. */
  readonly #merged = new Map<string, NamedSource>();

  constructor(names: Names, outer: Scope | undefined) {
    this.names = names;
    this.#outer = outer;
  }

  get sources(): readonly NamedSource[] {
    return this.#sources;
  }

  get hasMerged(): boolean {
    return this.#merged.size > 0;
  }

  /** What is seen by a query in FROM that is not lateral: all but the sources beside it. */
  around(): Scope {
    return new Scope(this.names, this.#outer);
  }

  add(called: string, columns: readonly string[]): NamedSource {
    if (this.#sources.some((source) => this.names.alike(source.called, called)))
      unreadable('two sources have one name');
    const source = { called, alias: this.names.fresh(called), columns };
    this.#sources.push(source);
    return source;
  }

  /** Whether a source of this SELECT has a column of that name. */
  hasOwn(name: string): boolean {
    return this.#sources.some(({ columns }) => columns.some((each) => this.names.alike(each, name)));
  }

  /** Leaves the statement alone when a name could mean an output column as well as a column of a query around: dialects do not agree. */
  mustBeClear(outputs: readonly string[]): void {
    if (this.#fromOutside.some((name) => outputs.some((output) => this.names.alike(output, name))))
      unreadable('a name is that of an output column and of a column around');
  }

  merge(name: string, source: NamedSource): void {
    this.#merged.set(name, source);
  }

  addCte(called: string, columns: readonly string[]): string {
    // SQLite lets a named query see the later ones.
    if (this.names.hasRead(called))
      unreadable('a named query is called like a table that was read before it');
    const name = this.names.fresh(called);
    this.#ctes.set(called, { name, columns });
    return name;
  }

  cte(called: string): { readonly name: string; readonly columns: readonly string[] } | undefined {
    const found = [...this.#ctes].find(([name]) => this.names.alike(name, called))?.[1];
    return found ?? this.#outer?.cte(called);
  }

  /** A column by its name, and that of its source where it is given. */
  column(source: string | undefined, name: string): Expr {
    return this.find(source, name) ?? unreadable('it names a column that is not known');
  }

  find(source: string | undefined, name: string): Expr | undefined {
    const merged = source === undefined ? this.#mergedAs(name) : undefined;
    const found = (merged === undefined ? this.#sources : [merged]).flatMap(({ called, alias, columns }) => {
      if (source !== undefined && !this.names.alike(called, source)) return [];
      return columns.filter((each) => this.names.alike(each, name)).map((each) => column(alias, each));
    });
    if (found.length > 1) unreadable('a column name means two columns');
    if (found[0] !== undefined) return found[0];
    const outer = this.#outer?.find(source, name);
    if (outer !== undefined && source === undefined) this.#fromOutside.push(name);
    return outer;
  }

  #mergedAs(name: string): NamedSource | undefined {
    return [...this.#merged].find(([each]) => this.names.alike(each, name))?.[1];
  }
}
