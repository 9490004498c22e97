import type { StructuredQuery } from '@perf/contracts';
import { canonicalQuery, checkQuery } from '@perf/contracts';
import { seededRandom } from '@perf/testkit/inputs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightsHouse } from '../src/data/flights-house.ts';
import { serviceFor } from '../src/data/service-for.ts';
import { SHAPES } from '../src/demo/shapes.ts';
import type { Vocabulary } from '../src/demo/shapes.ts';
import { readVocabulary } from '../src/demo/vocabulary.ts';
import { ALL_ON, openTinyHouse } from './tiny-flights.ts';

/** Draws of each shape. */
const DRAWS = 50;

let house: FlightsHouse;
let words: Vocabulary;

beforeAll(async () => {
  house = await openTinyHouse();
  const [{ engine, catalog }] = house.engines;
  words = await readVocabulary(serviceFor(engine, catalog, {}, ALL_ON), new AbortController().signal);
});
afterAll(() => house[Symbol.asyncDispose]());

/** What tells the rows of an answer apart; empty for one row. */
function keyOf(query: StructuredQuery): readonly string[] {
  if (query.groupBy !== undefined) return query.groupBy;
  const select = query.select ?? [];
  if (query.distinct === true && query.from === 'flights') return select.map(String);
  if (select.every((item) => typeof item === 'object' && 'aggregate' in item)) return [];
  return [query.from === 'flights' ? 'id' : 'iata'];
}

describe('SHAPES', () => {
  it('are at least twenty, each with a name of its own', () => {
    expect(SHAPES.length).toBeGreaterThanOrEqual(20);
    expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length);
  });

  it.each(SHAPES)('"$name" passes the checker of both engines with a total order or none', ({ make }) => {
    const random = seededRandom(7);

    for (let i = 0; i < DRAWS; i++) {
      const query = make(random, words);

      for (const { catalog } of house.engines)
        expect(canonicalQuery(checkQuery(query, catalog))).toBe(canonicalQuery(query));
      const ordered = new Set((query.orderBy ?? []).map(({ field }) => field));
      const isTotal = keyOf(query).every((field) => ordered.has(field));
      expect(isTotal).toBe(true);
    }
  });

  it('are the same for one seed and differ for another', () => {
    const drawn = (seed: number): string[] =>
      SHAPES.map(({ make }) => canonicalQuery(make(seededRandom(seed), words)));

    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });
});

describe('readVocabulary', () => {
  it('reads airports, states and cities, the most used first', () => {
    expect(words.airports.toSorted()).toEqual(['AUS', 'HNL', 'JFK', 'LAX', 'ORD', 'SFO']);
    expect(words.states[0]).toBe('CA');
    expect(words.cities).toContain('New York');
  });
});
