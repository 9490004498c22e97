import { memoryJobQueue, memoryJobStore } from '@perf/export-jobs';
import { describe } from 'vitest';
import { jobSuite } from './job-suite.ts';

describe('in one process', () => {
  jobSuite(async () => {
    const queue = memoryJobQueue();
    return { queue, store: memoryJobStore(), [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose]() };
  });
});
