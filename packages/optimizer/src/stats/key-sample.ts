import type { Dialect } from '@perf/contracts';
import { printName } from '../sql/print-name.ts';
import type { JoinPort } from './key-domain.ts';
import { Lowest } from './lowest.ts';
import type { RowReading } from './read-rows.ts';
import { keyOf, readEachRow } from './read-rows.ts';
import type { SampledKey } from './sample-sizes.ts';
import { chanceOf } from './value-hash.ts';

/** Keys of a domain that were kept, and the most rows that any key has, by port. */
export interface KeySample {
  readonly keys: ReadonlyMap<string, SampledKey>;
  readonly most: readonly number[];
}

/** What is sampled. */
export interface KeySampling {
  readonly ports: readonly JoinPort[];
  /** Rows of the table of each port. */
  readonly rows: readonly number[];
  /** Most keys kept. */
  readonly keys: number;
  readonly seed: number;
}

/**
 * A sample of the keys of a domain, where a key's chance grows with the share of each table that its rows are: keys with many rows, of which
 * most of a join is made, are in it for certain. Priority sampling (Duffield, Lund and Thorup, JACM 2007): one pass, and a chance for each key.
 */
export async function sampleKeys(reading: RowReading, sampling: KeySampling): Promise<KeySample> {
  const { ports, rows, keys: mostKeys, seed } = sampling;
  const kept = new Lowest<{ key: string; weight: number; counts: readonly number[] }>(mostKeys + 1);
  const most = ports.map(() => 0);
  await eachKey(reading, ports, (key, counts) => {
    let weight = 0;
    for (const [i, count] of counts.entries()) {
      weight += count / Math.max(1, rows[i] ?? 1);
      if (count > (most[i] ?? 0)) most[i] = count;
    }
    const rank = chanceOf(key, seed) / weight;
    if (kept.takes(rank)) kept.add(rank, { key, weight, counts: [...counts] });
  });
  const lowest = kept.sorted();
  const border = lowest[mostKeys]?.rank ?? Number.POSITIVE_INFINITY;
  return {
    keys: new Map(
      lowest
        .slice(0, mostKeys)
        .map(({ item: { key, weight, counts } }) => [key, { chance: Math.min(1, weight * border), counts }]),
    ),
    most,
  };
}

/** Reads the keys of a domain with how many rows of each port have them. `counts` holds until the next key. */
export async function eachKey(
  reading: RowReading,
  ports: readonly JoinPort[],
  each: (key: string, counts: readonly number[]) => void,
): Promise<void> {
  const width = ports[0]?.columns.length ?? 0;
  const places = Array.from({ length: width }, (_, i) => i);
  const counts = ports.map(() => 0);
  const statement = {
    text: countText(ports, reading.engine.dialect),
    reading: `keys of ${ports[0]?.table ?? ''}`,
  };
  await readEachRow(reading, statement, (cells) => {
    const key = keyOf(cells, places);
    if (key === undefined) return;
    for (let i = 0; i < counts.length; i++) counts[i] = Number(cells(width + i));
    each(key, counts);
  });
}

function countText(ports: readonly JoinPort[], dialect: Dialect): string {
  const keys = (ports[0]?.columns ?? []).map((_, i) => `k${i}`);
  const arms = ports.map(({ table, columns }, port) => {
    const names = columns.map((name) => printName(name, dialect));
    const shown = names.map((name, i) => `${name} AS k${i}`);
    const counted = ports.map((_, i) => `${i === port ? 'count(*)' : '0'} AS c${i}`);
    const present = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
    return `SELECT ${[...shown, ...counted].join(', ')} FROM ${printName(table, dialect)} WHERE ${present} GROUP BY ${names.join(', ')}`;
  });
  const sums = ports.map((_, i) => `sum(c${i}) AS n${i}`);
  return `SELECT ${[...keys, ...sums].join(', ')} FROM (${arms.join(' UNION ALL ')}) AS counted GROUP BY ${keys.join(', ')}`;
}
