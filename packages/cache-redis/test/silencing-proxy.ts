import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before a Redis that can fall silent: what the server sends to connections that subscribed gets lost. */
export interface SilencingProxy extends AsyncDisposable {
  readonly url: string;
  /** Nothing more reaches the connections that have subscribed until now; they stay open. */
  silence(): void;
}

/** A proxy before the Redis at `url`. */
export async function startProxy(url: string): Promise<SilencingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const listening = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (/subscribe/i.test(String(data))) listening.add(upstream);
      upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    silence() {
      for (const upstream of listening) upstream.removeAllListeners('data').resume();
      listening.clear();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
