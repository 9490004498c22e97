import { createServer } from 'node:net';

/**
 * A loopback TCP port that nobody listens on right now. Another process may take it before you do:
 * whoever starts a server on it tries again with a new port when the server cannot bind.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  if (address === null || typeof address === 'string') throw new Error('the system gave no TCP port');
  return address.port;
}
