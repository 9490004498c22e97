// A store in a process of its own: does what each line of stdin says and answers with a line of JSON.
import { createInterface } from 'node:readline';
import { DiskStore } from '@perf/cache-disk';

interface Call {
  readonly get?: string;
  readonly set?: string;
  readonly value?: string;
  readonly fill?: string;
  readonly count?: number;
  readonly delete?: string;
  readonly bump?: string;
  readonly generation?: string;
  readonly clear?: string;
  readonly compact?: boolean;
}

const [folder = '', driver, mode] = process.argv.slice(2);
await using store = await DiskStore.open(folder, {
  driver: driver === 'sqlite' ? 'sqlite' : 'lmdb',
  readOnly: mode === 'read',
});
for await (const line of createInterface({ input: process.stdin })) {
  const call: unknown = JSON.parse(line);
  const answer = isCall(call) ? await answerTo(call).catch(codeOf) : undefined;
  process.stdout.write(`${JSON.stringify(answer ?? null)}\n`);
}

async function answerTo(call: Call): Promise<string | number | void> {
  if (call.get !== undefined) {
    const [found] = await store.getMany([call.get]);
    return found === undefined ? undefined : Buffer.from(found.value).toString();
  }
  if (call.set !== undefined) return set(call.set, Buffer.from(call.value ?? ''));
  if (call.fill !== undefined)
    for (let i = 0; i < (call.count ?? 0); i++) await set(`${call.fill}${i}`, new Uint8Array(20_000));
  if (call.delete !== undefined) return store.deleteMany([call.delete]);
  if (call.bump !== undefined) return (await store.bump([call.bump]))[0];
  if (call.generation !== undefined) return (await store.generations([call.generation]))[0];
  if (call.clear !== undefined) return store.clear(call.clear);
  if (call.compact === true) return store.compact();
}

function set(key: string, value: Uint8Array): Promise<void> {
  return store.setMany([{ key, value, expiresAt: Infinity }]);
}

function isCall(call: unknown): call is Call {
  return typeof call === 'object' && call !== null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
