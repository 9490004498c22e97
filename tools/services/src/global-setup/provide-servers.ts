import type { ServerContext } from '../provided-context.ts';
import { MissingServerError, serversAreRequired } from '../required.ts';
import type { ServerName, StartOptions } from '../server.ts';
import { startServices, type Services } from '../start-services.ts';

/** The part of a vitest project that receives what was started. */
export interface Receiver {
  provide<Key extends keyof ServerContext>(key: Key, value: ServerContext[Key]): void;
}

/** A server that runs, or the reason why it does not. */
type Outcome = { readonly services: Services } | { readonly reason: string };

/**
 * Starts the named servers for one vitest project and provides their URLs; returns what stops them.
 * A missing server fails the run where servers are required; elsewhere its suites are skipped and the reason
 * is said at the end.
 */
export async function provideServers(
  names: readonly ServerName[],
  project: Receiver,
  { env = process.env }: StartOptions = {},
): Promise<() => Promise<void>> {
  const outcomes = await Promise.allSettled(names.map((name) => startOrExplain(name, project, env)));
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async (): Promise<void> => {
    for (const outcome of started) {
      if ('reason' in outcome) process.stderr.write(`skipped: ${outcome.reason}\n`);
      else await outcome.services[Symbol.asyncDispose]();
    }
  };
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return stop;
  await stop();
  throw failure.reason;
}

async function startOrExplain(name: ServerName, project: Receiver, env: NodeJS.ProcessEnv): Promise<Outcome> {
  try {
    const services = await startServices([name], { env });
    project.provide(`${name}Url`, services.urls[name]);
    return { services };
  } catch (error) {
    if (!(error instanceof MissingServerError) || serversAreRequired(env)) throw error;
    project.provide(`${name}Missing`, error.message);
    return { reason: error.message };
  }
}
