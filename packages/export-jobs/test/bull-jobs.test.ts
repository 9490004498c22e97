import { describeWith } from '@perf/services/vitest';
import { jobSuite } from './job-suite.ts';
import { adaptersOver, onBoth, openRedis6 } from './redis-adapters.ts';

onBoth('BullMQ', (open) => jobSuite(async () => adaptersOver(await open())));

describeWith('redis', 'BullMQ with ioredis 6', (url) =>
  jobSuite(async () => adaptersOver(await openRedis6(url))),
);
