import type { Catalog, QueryEngine } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import type { QueryService, QueryServiceOptions } from '@perf/query';
import { createQueryService } from '@perf/query';
import type { AppSwitches } from '../terminal/switches.ts';

/** A service over one engine, with everything off that is switched off. */
export function serviceFor(
  engine: QueryEngine,
  catalog: Catalog,
  more: Partial<QueryServiceOptions>,
  { cache, optimizer }: AppSwitches,
): QueryService {
  const service = createQueryService({
    engine,
    catalog,
    source: engine.name,
    optimizer: createOptimizer({ catalog, dialect: engine.dialect }),
    ...more,
  });
  service.switches = { cache, optimizer };
  return service;
}
