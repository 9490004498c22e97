import { checkQuery } from '@perf/contracts';
import { isTotallyOrdered } from '@perf/testkit';
import { seededRandom } from '@perf/testkit/inputs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightsHouse } from '../src/data/flights-house.ts';
import { SHAPES } from '../src/demo/shapes.ts';
import { readVocabulary } from '../src/demo/vocabulary.ts';
import { serviceFor } from '../src/data/service-for.ts';
import { ALL_ON, openTinyHouse } from './tiny-flights.ts';

let house: FlightsHouse;

beforeAll(async () => {
  house = await openTinyHouse();
});
afterAll(() => house[Symbol.asyncDispose]());
