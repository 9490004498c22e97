/** What a person needs to know to provide a server. */
export interface ServerFacts {
  /** Its name as people write it. */
  readonly title: string;
  /** The environment variable that may hold the URL of a running one. */
  readonly variable: string;
  readonly debianPackage: string;
}

/** Thrown when a server is neither running, nor installed, nor installable. Its message is one line. */
export class MissingServerError extends Error {
  override readonly name = 'MissingServerError';
}

/** The one line that says what is missing and what to do about it. */
export function missingServerLine({ title, variable, debianPackage }: ServerFacts): string {
  return `no ${title}: set ${variable} to a running one, or install the Debian package ${debianPackage}`;
}

/** Whether a missing server is a failure (`CI` or `PERF_SERVICES=required`) and not a reason to skip. */
export function serversAreRequired(env: NodeJS.ProcessEnv = process.env): boolean {
  const ci = env['CI'] ?? '';
  return env['PERF_SERVICES'] === 'required' || (ci !== '' && ci !== '0' && ci !== 'false');
}
