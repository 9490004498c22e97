import { parentPort } from 'node:worker_threads';
import { encodeParquet } from './encode-parquet.ts';
import type { FromThread, ParquetSettings, ToThread } from './parquet-settings.ts';

// Runs in a worker thread, one per file: see `ParquetThread`. Its end gives the encoder's memory back, which otherwise only grows.
type Answer<T> = ((value: T) => void) | undefined;
let onStream: Answer<Uint8Array<ArrayBuffer> | undefined>;
let onTaken: Answer<void>;

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'begin') void encode(message.settings);
  else if (message.kind === 'taken') onTaken?.();
  else onStream?.(message.kind === 'stream' ? message.bytes : undefined);
});

async function encode(settings: ParquetSettings): Promise<void> {
  try {
    for await (const bytes of encodeParquet(settings, nextStream)) await hand(bytes);
    say({ kind: 'done' });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
  parentPort?.close();
}

async function nextStream(
  spent: Uint8Array<ArrayBuffer> | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
  onStream = resolve;
  say({ kind: 'want', spent }, spent?.buffer);
  return promise;
}

async function hand(bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  onTaken = resolve;
  say({ kind: 'bytes', bytes });
  await promise;
}

/** @param given memory that becomes the listener's */
function say(message: FromThread, given?: ArrayBuffer): void {
  parentPort?.postMessage(message, given === undefined ? [] : [given]);
}
