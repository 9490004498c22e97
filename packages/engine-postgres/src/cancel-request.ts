import { isIP, connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import type { Client } from 'pg';

/** Longest wait for a server to take a request to cancel, in ms. */
const PATIENCE_MS = 5_000;
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

/** Where a client is connected, and the secret by which the server knows who may cancel. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly processId: number;
  readonly secret: number;
  /** False for plain text, else options of `tls.connect`. */
  readonly tls: false | object;
  /** Whether TLS begins without asking. */
  readonly direct: boolean;
}

/**
 * Asks the server to stop what `client` runs, on a connection of its own as the protocol wants it: it needs no client of the
 * pool, which may have none left. Resolves to whether the server has taken the request; it does not say what came of it.
 */
export async function requestCancel(client: object): Promise<boolean> {
  const target = targetOf(client);
  if (target === undefined) return false;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const socket = target.host.startsWith('/')
    ? connectPlain(`${target.host}/.s.PGSQL.${target.port}`)
    : connectPlain(target.port, target.host);
  socket.on('error', ignoreLate);
  try {
    await once(socket, 'connect', { signal });
    const secured = await secure(socket, target, signal);
    const closed = once(secured, 'close', { signal });
    secured.on('error', ignoreLate);
    secured.resume();
    secured.end(words(16, CANCEL_REQUEST, target.processId, target.secret));
    // The server closes the connection after it has told the process.
    await closed;
    return true;
  } catch {
    // Whatever it was, the server was not told: the caller closes the connection instead.
    return false;
  } finally {
    socket.destroy();
  }
}

async function secure(socket: Socket, target: Target, signal: AbortSignal): Promise<Socket> {
  if (target.tls === false) return socket;
  if (!target.direct) {
    const answer = once(socket, 'data', { signal });
    socket.write(words(8, SSL_REQUEST));
    const [byte] = (await answer) as readonly unknown[];
    if (!Buffer.isBuffer(byte) || byte.toString() !== 'S') throw new Error('the server has no TLS');
  }
  const named = isIP(target.host) === 0 ? { servername: target.host } : {};
  const protocols = target.direct ? { ALPNProtocols: ['postgresql'] } : {};
  const secured = connectTls({ host: target.host, ...target.tls, ...named, ...protocols, socket });
  await once(secured, 'secureConnect', { signal });
  return secured;
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) buffer.writeInt32BE(value | 0, i * 4);
  return buffer;
}

/** What a client of pg tells of its connection, the parts that its types leave out too. */
type Told = Partial<Pick<Client, 'host' | 'port'>> & {
  readonly processID?: unknown;
  readonly secretKey?: unknown;
  readonly ssl?: unknown;
  readonly sslNegotiation?: unknown;
};

/** Where the server is and what it wants to hear; undefined when the client does not tell, as `pg-native`'s. */
function targetOf({ host, port, processID, secretKey, ssl, sslNegotiation }: Told): Target | undefined {
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return undefined;
  if (typeof host !== 'string' || !Number.isInteger(Number(port))) return undefined;
  const tls = typeof ssl === 'object' && ssl !== null ? ssl : ssl === true ? {} : false;
  const direct = sslNegotiation === 'direct';
  return { host, port: Number(port), processId: processID, secret: secretKey, tls, direct };
}

/** A socket that fails after its work was done, or given up, is closed all the same. */
function ignoreLate(): void {}
