import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { BusFaults } from '@perf/testkit/cache';
import { RespFrames, isMessage } from './resp-frames.ts';

/** Stands between a node and Redis and passes everything on, until it is told to hold or lose messages of channels. */
export class MessageProxy implements BusFaults, AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #fault: 'hold' | 'lose' | undefined;
  #held: { readonly to: Socket; readonly frame: Buffer }[] = [];

  private constructor(server: Server, to: URL) {
    this.#server = server;
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.url = `redis://127.0.0.1:${port}`;
    server.on('connection', (client) => this.#join(client, connect(Number(to.port), to.hostname)));
  }

  /** @param url of a Redis */
  static async open(url: string): Promise<MessageProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MessageProxy(server, new URL(url));
  }

  async hold(): Promise<void> {
    this.#fault = 'hold';
  }

  async lose(): Promise<void> {
    this.#fault = 'lose';
  }

  async deliver(): Promise<void> {
    this.#fault = undefined;
    for (const { to, frame } of this.#held.splice(0)) to.write(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, redis: Socket): void {
    const frames = new RespFrames();
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => redis.write(chunk));
    redis.on('data', (chunk) => {
      for (const frame of frames.take(chunk)) this.#pass(client, frame);
    });
  }

  #pass(to: Socket, frame: Buffer): void {
    if (this.#fault === undefined || !isMessage(frame)) to.write(frame);
    else if (this.#fault === 'hold') this.#held.push({ to, frame });
  }
}
