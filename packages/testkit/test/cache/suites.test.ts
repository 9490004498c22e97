import { cacheCalmSuite, cacheTruthSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { LittleCluster } from './little-cluster.ts';

describe('a little cache that is right', () => {
  cacheTruthSuite({ create: () => new LittleCluster() });
  cacheCalmSuite({ create: () => new LittleCluster(), outageMs: 2000 });
});
