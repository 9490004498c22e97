import { createHash } from 'node:crypto';
import type { CommandArgument, RedisClient } from './redis-client.ts';

/** A Lua script: sent by its hash, and as a whole to a server that does not know it yet. */
export class Script {
  readonly #text: string;
  readonly #hash: string;

  constructor(text: string) {
    this.#text = text;
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  async run(
    client: RedisClient,
    keys: readonly string[],
    words: readonly CommandArgument[],
  ): Promise<unknown> {
    try {
      return await client.callBuffer('evalsha', this.#hash, keys.length, ...keys, ...words);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.callBuffer('eval', this.#text, keys.length, ...keys, ...words);
    }
  }
}
