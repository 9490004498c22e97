import type { JobNotice } from '@perf/contracts';
import type { BullConnection } from './bull-connection.ts';

/** What a process hears of its queue, over one connection of its own that is open while somebody listens. */
export class Notices {
  readonly #connection: BullConnection;
  readonly #channel: string;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<(notice: JobNotice) => void>();
  #subscriber: BullConnection | undefined;

  constructor(connection: BullConnection, channel: string, onError: (error: unknown) => void) {
    this.#connection = connection;
    this.#channel = channel;
    this.#onError = onError;
  }

  async tell(notice: JobNotice): Promise<void> {
    await this.#connection.call('publish', this.#channel, JSON.stringify(notice));
  }

  async listen(listener: (notice: JobNotice) => void): Promise<AsyncDisposable> {
    this.#listeners.add(listener);
    try {
      this.#subscriber ??= await this.#subscribed();
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
    return {
      [Symbol.asyncDispose]: async () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.close();
      },
    };
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#subscriber = undefined;
  }

  async #subscribed(): Promise<BullConnection> {
    const subscriber = this.#connection.duplicate();
    subscriber.on('error', this.#onError);
    subscriber.on('message', (channel, text) => {
      if (channel !== this.#channel || typeof text !== 'string') return;
      const notice = noticeIn(text);
      if (notice !== undefined) for (const listener of this.#listeners) listener(notice);
    });
    try {
      await subscriber.subscribe(this.#channel);
    } catch (error) {
      subscriber.disconnect();
      throw error;
    }
    return subscriber;
  }
}

/** Undefined for what is no notice, as a later version may send. */
function noticeIn(text: string): JobNotice | undefined {
  try {
    const said: unknown = JSON.parse(text);
    const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(said ?? {}));
    const { id, wish } = fields;
    return typeof id === 'string' && (wish === 'cancel' || wish === 'pause') ? { id, wish } : undefined;
  } catch {
    // Not JSON: somebody else's message.
    return undefined;
  }
}
