import type { ConnectionOverrides, RedisServer } from './redis-client.ts';

/** Between two attempts to connect, and most of one attempt. */
const RETRY_MS = 100;
const ATTEMPT_MS = 1000;
/** Where Redis tells of tracked keys that changed. */
const TRACKING_CHANNEL = '__redis__:invalidate';

/** How the listening connection differs from its client: this file reconnects it, and it fails rather than waits. */
const overrides: ConnectionOverrides = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableReadyCheck: true,
  retryStrategy: () => null,
  reconnectOnError: null,
  maxRetriesPerRequest: 0,
  commandTimeout: ATTEMPT_MS,
  connectTimeout: ATTEMPT_MS,
  readOnly: false,
  protocol: 2,
};

/** What a subscriber tells. */
export interface SubscriberEvents {
  /** The server confirmed the subscription: every message from now on comes. */
  up(): void;
  /** The connection is lost; another is on its way. */
  down(): void;
  message(text: string): void;
  /** Names of keys that changed, in tracking mode; undefined: any may have. */
  changed(names: readonly string[] | undefined): void;
}

/** What a subscriber needs. */
export interface SubscriberOptions {
  /** The server to listen to; asked anew for each attempt, since a Cluster has several. Throws when there is none now. */
  readonly server: () => RedisServer;
  readonly channel: string;
  /** Prefix of names that the server tracks for this connection. @default it tracks nothing */
  readonly tracked?: string | undefined;
  readonly events: SubscriberEvents;
}

/** One connection of its own that listens to a channel, opened again and again until it is closed. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  #connection: RedisServer | undefined;
  #retry: NodeJS.Timeout | undefined;
  #tracker: RedisServer | undefined;
  #isClosed = false;
  #isUp = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#open();
  }

  /** Drops the connection, without a word, and opens another at once. */
  restart(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#drop();
    this.#open();
  }

  /** Ends the connection; no event comes any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  #open(): void {
    const { server, events } = this.#options;
    let connection: RedisServer;
    try {
      connection = server().duplicate(overrides);
    } catch {
      // A Cluster that knows no node at the moment: it is asked again.
      return this.#later();
    }
    this.#connection = connection;
    this.#retry = setTimeout(() => this.#lost(connection), ATTEMPT_MS);
    // `close` follows every error, and is the one that counts.
    connection.on('error', () => undefined);
    connection.on('close', () => this.#lost(connection));
    connection.on('message', (channel, text) => {
      if (connection === this.#connection && channel === this.#options.channel) events.message(String(text));
    });
    this.#listen(connection).catch(() => this.#lost(connection));
  }

  async #listen(connection: RedisServer): Promise<void> {
    const { channel, events, tracked } = this.#options;
    await connection.connect();
    if (tracked !== undefined) await this.#track(connection, tracked);
    await connection.callBuffer('subscribe', channel);
    if (connection !== this.#connection) return;
    clearTimeout(this.#retry);
    this.#isUp = true;
    events.up();
  }

  /** Lets the server tell `connection` of every change under `prefix`. What asks for it is a connection too, and must stay open. */
  async #track(connection: RedisServer, prefix: string): Promise<void> {
    const id = Number(await connection.callBuffer('client', 'id'));
    connection.on('messageBuffer', (channel, names) => {
      if (connection === this.#connection && String(channel) === TRACKING_CHANNEL)
        this.#options.events.changed(Array.isArray(names) ? names.map(String) : undefined);
    });
    await connection.callBuffer('subscribe', TRACKING_CHANNEL);
    const tracker = connection.duplicate(overrides);
    this.#tracker = tracker;
    tracker.on('error', () => undefined);
    tracker.on('close', () => this.#lost(connection));
    await tracker.connect();
    await tracker.callBuffer('client', 'tracking', 'on', 'redirect', id, 'bcast', 'prefix', prefix);
  }

  #lost(connection: RedisServer | undefined): void {
    if (this.#isClosed || connection !== this.#connection) return;
    const wasUp = this.#isUp;
    this.#drop();
    this.#later();
    if (wasUp) this.#options.events.down();
  }

  #later(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), RETRY_MS);
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    const tracker = this.#tracker;
    this.#tracker = undefined;
    this.#isUp = false;
    connection?.disconnect();
    tracker?.disconnect();
  }
}
