import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CONTENT_TYPES, expose } from './exposition.ts';
import type { Registry } from './registry.ts';

/**
 * A handler for `node:http` that answers a scrape, in OpenMetrics where the request accepts it, else in the Prometheus text
 * format. It waits for slow readers and stops when they leave. Who may ask is the caller's to check.
 *
 * @example
 * const answer = metricsHandler(registry);
 * createServer((request, response) => void answer(request, response)).listen(9100);
 */
export function metricsHandler(
  registry: Registry,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const accepts = request.headers.accept ?? '';
    const format = accepts.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus';
    response.setHeader('content-type', CONTENT_TYPES[format]);
    try {
      await pipeline(Readable.from(expose(registry, format)), response);
    } catch (error) {
      // A reader that left needs no answer; anything else is a fault that must be seen.
      const hasLeft =
        error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!hasLeft) throw error;
    }
  };
}
