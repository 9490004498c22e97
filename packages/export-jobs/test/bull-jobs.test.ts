import { jobSuite } from './job-suite.ts';
import { adaptersOver, onBoth } from './redis-adapters.ts';

onBoth('BullMQ', (open) => jobSuite(async () => adaptersOver(await open())));
