import { connect, type Socket } from 'node:net';

/**
 * Sends one command to the Redis on a loopback port, on a connection of its own, and gives the answer as text.
 * Knows the answers that cluster commands give: status, error (thrown), integer and bulk string; none at all is an empty text.
 */
export async function redisCommand(port: number, ...words: readonly (string | number)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
    return await answerOf(socket);
  } finally {
    socket.destroy();
  }
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    const end = text.indexOf('\r\n');
    if (end < 0) continue;
    const line = text.slice(1, end);
    if (text.startsWith('-')) throw new Error(`Redis refused a command: ${line}`);
    if (!text.startsWith('$')) return line;
    if (line === '-1') return '';
    if (text.length >= end + 4 + Number(line)) return text.slice(end + 2, end + 2 + Number(line));
  }
  throw new Error('Redis closed the connection before it answered');
}
