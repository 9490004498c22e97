import { PerfError } from '@perf/contracts';

/** One line of an answer of Prometheus. */
export interface QueryLine {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an expression gives now. `ERR_PERF_RUN_INVALID` when Prometheus refuses it. */
export async function askPrometheus(url: string, expression: string): Promise<readonly QueryLine[]> {
  const answer = await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
    `${url}/api/v1/query?query=${encodeURIComponent(expression)}`,
  );
  return answer.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** The names of all series. */
export async function namesInPrometheus(url: string): Promise<readonly string[]> {
  return get<string[]>(`${url}/api/v1/label/__name__/values`);
}

/** Names of the alerts that Prometheus has loaded, and whether each could be evaluated. */
export async function rulesInPrometheus(
  url: string,
): Promise<readonly { readonly name: string; readonly health: string }[]> {
  const { groups } = await get<{ groups: { rules: { name: string; health: string }[] }[] }>(
    `${url}/api/v1/rules`,
  );
  return groups.flatMap(({ rules }) => rules);
}

async function get<Data>(url: string): Promise<Data> {
  const response = await fetch(url);
  const answer = (await response.json()) as { status: string; data: Data; error?: string };
  if (answer.status === 'success') return answer.data;
  throw new PerfError('ERR_PERF_RUN_INVALID', `Prometheus: ${answer.error} (${url})`);
}
