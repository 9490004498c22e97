import { once } from 'node:events';
import { connect } from 'node:net';

/** What Redis at `url` answers to PING, `+PONG` when it is well. */
export async function redisPing(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    socket.write('*1\r\n$4\r\nPING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString().trim();
  } finally {
    socket.destroy();
  }
}
