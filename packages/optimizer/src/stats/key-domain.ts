import type { Catalog } from '@perf/contracts';

/** Columns by which a table is joined. */
export interface JoinPort {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Columns that two tables are joined by, where no foreign key says so. */
export interface DeclaredJoin {
  readonly from: JoinPort;
  readonly to: JoinPort;
}

/**
 * Columns that hold keys of one kind, each once: a key and all that refer to it, and through it to each other. So posts and comments of one
 * user belong together though neither refers to the other. Ports whose columns are not in the catalogue are left out.
 */
export function keyDomains(
  catalog: Catalog,
  declared: readonly DeclaredJoin[],
): readonly (readonly JoinPort[])[] {
  const ports = new Map<string, JoinPort>();
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    const parent = parents.get(id) ?? id;
    return parent === id ? id : rootOf(parent);
  };
  for (const { from, to } of [...foreignKeysOf(catalog), ...declared]) {
    if (!isKnown(catalog, from) || !isKnown(catalog, to) || from.columns.length !== to.columns.length)
      continue;
    const [a, b] = inOneOrder(from, to);
    for (const port of [a, b]) ports.set(portId(port), port);
    parents.set(rootOf(portId(a)), rootOf(portId(b)));
  }
  const domains = Map.groupBy(ports, ([id]) => rootOf(id));
  return [...domains.values()].map((members) => members.map(([, port]) => port));
}

/** Tells ports apart. */
function portId({ table, columns }: JoinPort): string {
  return JSON.stringify([table, ...columns]);
}

function foreignKeysOf(catalog: Catalog): DeclaredJoin[] {
  return [...catalog.tables.values()].flatMap(({ name, foreignKeys }) =>
    foreignKeys.map(({ columns, table, references }) => ({
      from: { table: name, columns },
      to: { table, columns: references },
    })),
  );
}

function isKnown(catalog: Catalog, { table, columns }: JoinPort): boolean {
  const known = catalog.tables.get(table)?.columns ?? [];
  return columns.length > 0 && columns.every((name) => known.some((column) => column.name === name));
}

/** The columns in the order of the names of those referred to, so that two foreign keys to one key meet. */
function inOneOrder(from: JoinPort, to: JoinPort): readonly [JoinPort, JoinPort] {
  const order = to.columns.map((_, i) => i);
  order.sort((a, b) => ((to.columns[a] ?? '') < (to.columns[b] ?? '') ? -1 : 1));
  const ordered = ({ table, columns }: JoinPort): JoinPort => ({
    table,
    columns: order.map((i) => columns[i] ?? ''),
  });
  return [ordered(from), ordered(to)];
}
