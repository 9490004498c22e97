/** The error that `work` rejects with, whenever that is. Rejects itself when `work` does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome.status === 'rejected') return outcome.reason;
  throw new Error(`nothing failed, and it gave ${JSON.stringify(outcome.value)}`);
}
