import type { QueryService } from '@perf/query';
import type { Vocabulary } from './shapes.ts';

/** Airports whose codes become parameters. */
const BUSIEST = 60;

/** Reads from the data what questions can ask about. */
export async function readVocabulary(
  service: QueryService | undefined,
  signal: AbortSignal,
): Promise<Vocabulary> {
  const texts = async (query: unknown, column: string): Promise<string[]> => {
    const answer = await service?.query(query, { signal });
    return [...(answer?.objects() ?? [])].flatMap((row) =>
      typeof row[column] === 'string' ? [row[column]] : [],
    );
  };
  const flights = { aggregate: 'count', as: 'flights' };
  const order = (field: string) => [{ field: 'flights', direction: 'desc' }, { field }];
  const joins = [{ table: 'airports', type: 'inner', on: [{ left: 'origin', right: 'airports.iata' }] }];
  return {
    airports: await texts(
      {
        from: 'flights',
        select: ['origin', flights],
        groupBy: ['origin'],
        orderBy: order('origin'),
        limit: BUSIEST,
      },
      'origin',
    ),
    states: await texts(
      {
        from: 'flights',
        joins,
        select: ['state', flights],
        groupBy: ['state'],
        orderBy: order('state'),
        limit: 20,
      },
      'state',
    ),
    cities: await texts(
      {
        from: 'flights',
        joins,
        select: ['city', flights],
        groupBy: ['city'],
        orderBy: order('city'),
        limit: BUSIEST,
      },
      'city',
    ),
  };
}
