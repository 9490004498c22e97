import type { EqualColumns, JoinParts } from './join-query.ts';
import type { IndexedDomain, IndexedPort, SampleIndex } from './sample-index.ts';

/** Tables of a join that meet in one key. */
export interface Hub {
  readonly domain: IndexedDomain;
  readonly members: readonly HubMember[];
}

/** A table in a hub, and the port by which it is there. */
export interface HubMember {
  readonly alias: string;
  readonly port: IndexedPort;
}

/** A join as tables and keys they meet in, without circles, and what that leaves out. */
export interface JoinTree {
  readonly hubs: readonly Hub[];
  /** Equalities that no domain knows, or that would close a circle. */
  readonly left: readonly EqualColumns[];
}

/** Finds the keys that tables meet in. */
export function joinTree({ tables, equal }: JoinParts, index: SampleIndex): JoinTree {
  const tableOf = new Map(tables.map(({ alias, table }) => [alias, table.name]));
  const portIn = (
    domain: IndexedDomain,
    alias: string,
    columns: readonly string[],
  ): IndexedPort | undefined =>
    domain.ports.find(
      (port) =>
        port.table === tableOf.get(alias) &&
        port.columns.length === columns.length &&
        port.columns.every((name, i) => name === columns[i]),
    );
  const { wide, rest } = wideHubs(equal, tables, index);
  const hubs: Hub[] = [];
  const left: EqualColumns[] = [];
  const circles = new Circles();
  for (const hub of wide) hubs.push(...circles.without(hub, () => undefined));
  for (const { members } of rest) {
    const [best] = index.domains
      .map((domain) => ({
        domain,
        members: members.flatMap(({ alias, column }) => {
          const port = portIn(domain, alias, [column]);
          return port === undefined ? [] : [{ alias, port }];
        }),
      }))
      .toSorted((a, b) => b.members.length - a.members.length);
    if (best === undefined || best.members.length < 2) {
      left.push({ members });
      continue;
    }
    const isOut = (alias: string, column: string): boolean =>
      !best.members.some((member) => member.alias === alias && member.port.columns[0] === column);
    const drop = (alias: string, column: string): void => {
      const others = members.filter((member) => member.alias !== alias);
      const meets = others.find((member) => areInOneHub(hubs, member.alias, alias)) ?? others[0];
      if (meets !== undefined) left.push({ members: [meets, { alias, column }] });
    };
    for (const { alias, column } of members) if (isOut(alias, column)) drop(alias, column);
    hubs.push(...circles.without(best, ({ alias, port }) => drop(alias, port.columns[0] ?? '')));
  }
  return { hubs, left };
}

function areInOneHub(hubs: readonly Hub[], a: string, b: string): boolean {
  return hubs.some(({ members }) =>
    [a, b].every((alias) => members.some((member) => member.alias === alias)),
  );
}

/** Keeps hubs from joining tables that are joined already. */
class Circles {
  readonly #parents = new Map<string, string>();

  /** The hub without members that other hubs join already; none when that leaves one. */
  without(hub: Hub, dropped: (member: HubMember) => void): readonly Hub[] {
    const roots = new Set<string>();
    const members = hub.members.filter((member) => {
      const root = this.#rootOf(member.alias);
      if (!roots.has(root)) return roots.add(root);
      dropped(member);
      return false;
    });
    const [first, ...others] = members;
    if (first === undefined || others.length === 0) return [];
    for (const { alias } of others) this.#parents.set(this.#rootOf(alias), this.#rootOf(first.alias));
    return [{ domain: hub.domain, members }];
  }

  #rootOf(alias: string): string {
    const parent = this.#parents.get(alias) ?? alias;
    return parent === alias ? alias : this.#rootOf(parent);
  }
}

/** Hubs of keys of several columns, and the equalities that they leave. */
function wideHubs(
  equal: readonly EqualColumns[],
  tables: JoinParts['tables'],
  index: SampleIndex,
): { readonly wide: readonly Hub[]; readonly rest: readonly EqualColumns[] } {
  let rest = equal;
  const wide: Hub[] = [];
  for (const domain of index.domains) {
    if ((domain.ports[0]?.columns.length ?? 1) < 2) continue;
    const setOf = (alias: string, column: string): number =>
      rest.findIndex(({ members }) =>
        members.some((member) => member.alias === alias && member.column === column),
      );
    const found = tables.flatMap(({ alias, table }) =>
      domain.ports.flatMap((port) => {
        const sets = port.columns.map((column) => setOf(alias, column));
        return port.table === table.name && sets.every((set) => set >= 0) ? [{ alias, port, sets }] : [];
      }),
    );
    for (const members of Map.groupBy(found, ({ sets }) => sets.join()).values()) {
      const [first, ...others] = members;
      if (first === undefined || others.length === 0) continue;
      wide.push({ domain, members });
      const joined = new Set(others.map(({ alias }) => alias));
      rest = rest.flatMap((set, i) => {
        if (!first.sets.includes(i)) return [set];
        const kept = set.members.filter(({ alias }) => !joined.has(alias));
        return kept.length < 2 ? [{ members: [] }] : [{ members: kept }];
      });
    }
  }
  return { wide, rest: rest.filter(({ members }) => members.length > 1) };
}
