import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

// Runs in a worker thread. In: `{ shared, length }` per block, then `undefined`. Out: `undefined` per block, then the digest.
const hash = createHash('sha256');

parentPort?.on('message', (block: { shared: SharedArrayBuffer; length: number } | undefined) => {
  if (block === undefined) {
    parentPort?.postMessage(hash.digest('hex'));
    parentPort?.close();
    return;
  }
  hash.update(new Uint8Array(block.shared, 0, block.length));
  parentPort?.postMessage(undefined);
});
