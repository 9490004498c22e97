import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@perf/source', ...defaultServerConditions];

/** Runs the suites on adapters that are broken on purpose, and nothing else; `test/broken-adapters.test.ts` reads the outcome. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['test/broken/*.broken.ts'] },
});
