import type { Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';

/** Sources that an engine puts in order together. A list within is put in order first, and joined as one. */
export type JoinList = readonly (Source | JoinList)[];

/**
 * What an engine puts in order together when it looks at up to `most` sources of JOIN at a time, as Postgres does (`join_collapse_limit`,
 * `from_collapse_limit`): a join whose sides have more together keeps them apart, and so does a comma before several joined ones. Sources of
 * an outer join are counted, and stay one.
 */
export function joinList(from: Source, most: number): JoinList {
  const items = itemsOf(from);
  let list: JoinList = [];
  for (const [i, item] of items.entries()) {
    const joined = listOf(item, most);
    const behind = items.length - 1 - i;
    const isOpen = joined.length === 1 || sizeOf(list) + sizeOf(joined) + behind <= most;
    list = isOpen ? [...list, ...joined] : [...list, joined];
  }
  return list;
}

/** Whether there are more sources than the engine puts in order together, so that the order of the text counts. */
export function followsText(from: Source, most: number): boolean {
  return joinList(from, most).some(
    (part) => isList(part) || (part.kind === 'join' && leavesOf(part).length > most),
  );
}

/** What stands between the commas of FROM. */
function itemsOf(source: Source): readonly Source[] {
  return source.kind === 'join' && source.type === 'inner' && source.on === undefined
    ? [...itemsOf(source.left), source.right]
    : [source];
}

function listOf(source: Source, most: number): JoinList {
  if (source.kind !== 'join' || (source.type !== 'inner' && source.type !== 'cross')) return [source];
  const [left, right] = [listOf(source.left, most), listOf(source.right, most)];
  return sizeOf(left) + sizeOf(right) <= most ? [...left, ...right] : [asOne(left), asOne(right)];

  function asOne(list: JoinList): Source | JoinList {
    return list.length === 1 ? (list[0] ?? list) : list;
  }
}

/** Sources that count towards the most. */
function sizeOf(list: JoinList): number {
  return list.reduce((sum, each) => sum + (isList(each) || each.kind !== 'join' ? 1 : outerSize(each)), 0);

  function outerSize(each: Source): number {
    if (each.kind !== 'join') return 1;
    return each.type === 'full' ? 1 : outerSize(each.left) + outerSize(each.right);
  }
}

export function isList(part: Source | JoinList): part is JoinList {
  return Array.isArray(part);
}
