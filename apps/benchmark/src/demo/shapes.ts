import type { Filter, StructuredQuery } from '@perf/contracts';
import type { SeededRandom } from '@perf/testkit/inputs';

/** Values that occur in the data, for parameters of questions. */
export interface Vocabulary {
  /** Airports by number of departures, busiest first. */
  readonly airports: readonly string[];
  readonly states: readonly string[];
  readonly cities: readonly string[];
}

/** A kind of question that a flights API answers, with parameters drawn at random. */
export interface Shape {
  readonly name: string;
  readonly make: (random: SeededRandom, words: Vocabulary) => StructuredQuery;
}

const count = { aggregate: 'count', as: 'flights' } as const;
const meanDelay = { aggregate: 'avg', field: 'delay', as: 'meanDelay' } as const;
const airport = (side: 'origin' | 'destination', as = 'airports') =>
  ({ table: 'airports', as, type: 'inner', on: [{ left: side, right: `${as}.iata` }] }) as const;
const eq = (field: string, value: unknown): Filter => ({ field, operator: 'eq', value });
const day = (random: SeededRandom): string =>
  new Date(Date.UTC(2001, 0, 1 + random.int(0, 180))).toISOString().slice(0, 10);

/** The questions of the main job. Each has a total order or none, so that answers can be compared. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'busiest routes of a month',
    make: (random) => ({
      from: 'flights',
      select: ['origin', 'destination', count],
      where: eq('month', random.int(1, 6)),
      groupBy: ['origin', 'destination'],
      orderBy: [{ field: 'flights', direction: 'desc' }, { field: 'origin' }, { field: 'destination' }],
      limit: random.pick([10, 20, 50]),
    }),
  },
  {
    name: 'busiest airports',
    make: (random) => ({
      from: 'flights',
      select: ['origin', count],
      groupBy: ['origin'],
      orderBy: [{ field: 'flights', direction: 'desc' }, { field: 'origin' }],
      limit: random.int(5, 100),
    }),
  },
  {
    name: 'delays by month from an airport',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['month', count, meanDelay],
      where: eq('origin', random.pick(airports)),
      groupBy: ['month'],
      orderBy: [{ field: 'month' }],
    }),
  },
  {
    name: 'delays by state and month',
    make: (random) => ({
      from: 'flights',
      select: ['state', 'month', meanDelay, count],
      joins: [airport('origin')],
      where: { field: 'distance', operator: 'gte', value: random.int(0, 40) * 50 },
      groupBy: ['state', 'month'],
      orderBy: [{ field: 'state' }, { field: 'month' }],
    }),
  },
  {
    name: 'worst delays of a month',
    make: (random) => ({
      from: 'flights',
      select: ['id', 'date', 'origin', 'destination', 'delay'],
      where: eq('month', random.int(1, 6)),
      orderBy: [{ field: 'delay', direction: 'desc' }, { field: 'id' }],
      limit: random.int(10, 60),
    }),
  },
  {
    name: 'longest routes from an airport',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['destination', { aggregate: 'max', field: 'distance', as: 'miles' }],
      where: eq('origin', random.pick(airports)),
      groupBy: ['destination'],
      orderBy: [{ field: 'miles', direction: 'desc' }, { field: 'destination' }],
      limit: 10,
    }),
  },
  {
    name: 'airports by part of a name',
    make: (random, { cities }) => ({
      from: 'airports',
      select: ['iata', 'name', 'city', 'state'],
      where: {
        or: [
          {
            field: 'name',
            operator: 'contains',
            value: random.pick(cities).slice(0, 5),
            caseSensitive: false,
          },
          { field: 'city', operator: 'startsWith', value: random.pick(cities).slice(0, 4) },
        ],
      },
      orderBy: [{ field: 'iata' }],
    }),
  },
  {
    name: 'a misspelt city',
    make: (random, { cities }) => ({
      from: 'airports',
      select: ['iata', 'city'],
      where: { field: 'city', operator: 'fuzzy', value: misspelt(random, random.pick(cities)) },
      orderBy: [{ field: 'iata' }],
    }),
  },
  {
    name: 'airports by a pattern',
    make: (random) => ({
      from: 'airports',
      select: ['state', { aggregate: 'count', as: 'airports' }],
      where: {
        field: 'name',
        operator: 'regex',
        value: `^${random.pick(['A', 'B', 'C', 'L', 'M', 'S'])}.*(County|Municipal|${random.pick(['Field', 'Regional', 'International'])})$`,
      },
      groupBy: ['state'],
      orderBy: [{ field: 'airports', direction: 'desc' }, { field: 'state' }],
    }),
  },
  {
    name: 'flights between two states',
    make: (random, { states }) => ({
      from: 'flights',
      select: [count, meanDelay],
      joins: [airport('origin', 'there'), airport('destination', 'here')],
      where: { and: [eq('there.state', random.pick(states)), eq('here.state', random.pick(states))] },
    }),
  },
  {
    name: 'routes that are often late',
    make: (random) => ({
      from: 'flights',
      select: ['origin', 'destination', meanDelay, count],
      groupBy: ['origin', 'destination'],
      having: {
        and: [
          { field: 'meanDelay', operator: 'gt', value: random.int(10, 30) },
          { field: 'flights', operator: 'gte', value: random.int(10, 60) },
        ],
      },
      orderBy: [{ field: 'meanDelay', direction: 'desc' }, { field: 'origin' }, { field: 'destination' }],
      limit: 25,
    }),
  },
  {
    name: 'next page of departures',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['id', 'date', 'destination', 'delay'],
      where: eq('origin', random.pick(airports)),
      orderBy: [{ field: 'date' }, { field: 'id' }],
      after: [`${day(random)}T12:00:00Z`, 0],
      limit: 50,
    }),
  },
  {
    name: 'departures of a week',
    make: (random, { airports }) => {
      const from = day(random);
      return {
        from: 'flights',
        select: ['origin', count],
        where: {
          and: [
            { field: 'date', operator: 'gte', value: from },
            {
              field: 'date',
              operator: 'lt',
              value: new Date(Date.parse(from) + 7 * 86_400_000).toISOString(),
            },
            { field: 'origin', operator: 'in', value: random.shuffle(airports).slice(0, 5) },
          ],
        },
        groupBy: ['origin'],
        orderBy: [{ field: 'origin' }],
      };
    },
  },
  {
    name: 'short and long flights',
    make: (random) => {
      const miles = random.int(1, 40) * 50;
      return {
        from: 'flights',
        select: ['month', count, meanDelay],
        where: { field: 'distance', operator: 'between', value: [miles, miles + 250] },
        groupBy: ['month'],
        orderBy: [{ field: 'month' }],
      };
    },
  },
  {
    name: 'airports that two airports reach',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['destination', { aggregate: 'countDistinct', field: 'origin', as: 'origins' }],
      where: { field: 'origin', operator: 'in', value: [random.pick(airports), random.pick(airports)] },
      groupBy: ['destination'],
      having: { field: 'origins', operator: 'eq', value: 2 },
      orderBy: [{ field: 'destination' }],
    }),
  },
  {
    name: 'destinations of an airport',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['destination'],
      distinct: true,
      where: eq('origin', random.pick(airports)),
      orderBy: [{ field: 'destination' }],
    }),
  },
  {
    name: 'early arrivals to an airport',
    make: (random, { airports }) => ({
      from: 'flights',
      select: [count],
      where: {
        and: [
          { field: 'delay', operator: 'lt', value: -random.int(1, 20) },
          eq('destination', random.pick(airports)),
        ],
      },
    }),
  },
  {
    name: 'flights with an unneeded join',
    make: (random, { airports }) => ({
      from: 'flights',
      select: ['month', count],
      joins: [{ table: 'airports', type: 'left', on: [{ left: 'origin', right: 'airports.iata' }] }],
      where: eq('destination', random.pick(airports)),
      groupBy: ['month'],
      orderBy: [{ field: 'month' }],
    }),
  },
  {
    name: 'dear filters written first',
    make: (random, { airports }) => ({
      from: 'flights',
      select: [count, { aggregate: 'max', field: 'delay', as: 'worst' }],
      where: {
        and: [
          { field: 'destination', operator: 'regex', value: '^[A-M]..$' },
          { field: 'origin', operator: 'contains', value: 'a', caseSensitive: false },
          { field: 'delay', operator: 'gt', value: random.int(60, 120) },
          eq('month', random.int(1, 6)),
          { field: 'destination', operator: 'ne', value: random.pick(airports) },
        ],
      },
    }),
  },
  {
    name: 'flights that touch an airport',
    make: (random, { airports }) => {
      const code = random.pick(airports);
      return {
        from: 'flights',
        select: ['month', count],
        where: {
          and: [
            { or: [eq('origin', code), eq('destination', code)] },
            { not: { field: 'delay', operator: 'lte', value: random.int(0, 30) } },
          ],
        },
        groupBy: ['month'],
        orderBy: [{ field: 'month' }],
      };
    },
  },
  {
    name: 'figures of a route',
    make: (random, { airports }) => ({
      from: 'flights',
      select: [
        count,
        meanDelay,
        { aggregate: 'min', field: 'delay', as: 'best' },
        { aggregate: 'max', field: 'delay', as: 'worst' },
        { aggregate: 'sum', field: 'distance', as: 'miles' },
      ],
      where: { and: [eq('origin', random.pick(airports)), eq('destination', random.pick(airports))] },
    }),
  },
  {
    name: 'cities by mean delay',
    make: (random, { states }) => ({
      from: 'flights',
      select: ['city', meanDelay, count],
      joins: [airport('destination')],
      where: {
        and: [eq('airports.state', random.pick(states)), { field: 'airports.city', operator: 'isNotNull' }],
      },
      groupBy: ['city'],
      orderBy: [{ field: 'meanDelay', direction: 'desc' }, { field: 'city' }],
    }),
  },
  {
    name: 'flights of a day, by page number',
    make: (random) => {
      const from = day(random);
      return {
        from: 'flights',
        select: ['id', 'origin', 'destination', 'delay'],
        where: { field: 'date', operator: 'between', value: [from, `${from}T23:59:59Z`] },
        orderBy: [{ field: 'delay', direction: 'desc' }, { field: 'id' }],
        limit: 20,
        offset: 20 * random.int(0, 5),
      };
    },
  },
  {
    name: 'airports of a state, once each',
    make: (random, { states }) => ({
      from: 'airports',
      select: ['iata', 'name'],
      distinct: true,
      where: eq('state', random.pick(states)),
      orderBy: [{ field: 'iata' }],
    }),
  },
];

/** The text with one letter changed. */
function misspelt(random: SeededRandom, text: string): string {
  const at = random.int(1, Math.max(1, text.length - 2));
  return `${text.slice(0, at)}${random.pick(['a', 'e', 'x'])}${text.slice(at + 1)}`;
}
