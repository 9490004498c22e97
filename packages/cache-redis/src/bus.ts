import { randomBytes } from 'node:crypto';
import type { BusListener, BusState, Invalidation } from '@perf/contracts';
import { beatMessage, parseMessage, stampOf, type BusMessage } from './bus-message.ts';
import type { KeyNames } from './key-names.ts';
import type { RedisClient, RedisServer } from './redis-client.ts';
import { isCluster, mastersOf } from './redis-client.ts';
import { SequenceWatch } from './sequence-watch.ts';
import { Subscriber } from './subscriber.ts';

const BEAT_MS = 300;
/** Between beats while the bus is not trusted. */
const EAGER_BEAT_MS = 100;
const SILENCE_MS = 1000;
const REORDER_MS = 150;
/** What a Cluster's client says when nodes come, go or fail. */
const TOPOLOGY_EVENTS = ['+node', '-node', 'node error'] as const;

/** What a bus needs. */
export interface BusOptions {
  readonly client: RedisClient;
  readonly names: KeyNames;
  /** Whether the server tells of changes that others made, and of expiry and eviction. */
  readonly tracking: boolean;
}

/** What became of messages. */
export interface BusCounters {
  messages: number;
  /** Messages that were none of ours: malformed, or of another version. */
  ignoredMessages: number;
  /** Times the bus fell into doubt. */
  doubts: number;
}

/**
 * The invalidation bus of one store: publishes under a name and with numbers, listens on a connection of its own, and knows how far
 * what it hears can be trusted. It publishes a beat every 300 ms and hears it itself, which proves the whole way.
 */
export class Bus {
  readonly counters: BusCounters = { messages: 0, ignoredMessages: 0, doubts: 0 };
  readonly #client: RedisClient;
  readonly #names: KeyNames;
  readonly #channel: string;
  readonly #tracked: string | undefined;
  readonly #listeners = new Set<BusListener>();
  readonly #watch = new SequenceWatch(REORDER_MS, SILENCE_MS);
  #publisher = '';
  #sequence = 0;
  #subscriber: Subscriber | undefined;
  #state: BusState = 'blind';
  #isUp = false;
  /** Number of the last beat sent, and of the first that proves the way since the last doubt. */
  #beat = 0;
  #provingBeat = 1;
  /** When the oldest beat was sent that was not heard yet. */
  #unheardSince: number | undefined;
  #answeredAt = 0;
  #downSince = 0;
  #beatTimer: NodeJS.Timeout | undefined;
  #holeTimer: NodeJS.Timeout | undefined;
  #server = 0;
  #masters = '';

  constructor({ client, names, tracking }: BusOptions) {
    this.#client = client;
    this.#names = names;
    this.#channel = names.channel;
    this.#tracked = tracking ? names.entries : undefined;
  }

  /** What the next message begins with. Without listeners there are no beats, so nobody could miss a number: all are 0. */
  stamp(): string {
    if (this.#subscriber === undefined) return stampOf('-----------', 0);
    this.#sequence++;
    return stampOf(this.#publisher, this.#sequence);
  }

  listen(listener: BusListener): void {
    this.#listeners.add(listener);
    if (this.#subscriber === undefined) this.#start();
    listener.stateChanged(this.#state);
  }

  unlisten(listener: BusListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#stop();
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #start(): void {
    this.#publisher = randomBytes(8).toString('base64url');
    this.#sequence = 0;
    this.#state = 'blind';
    this.#downSince = performance.now();
    this.#client.on('ready', this.#clientReady);
    if (isCluster(this.#client)) {
      for (const event of TOPOLOGY_EVENTS) this.#client.on(event, this.#topologyChanged);
      this.#client.on('refresh', this.#slotsRefreshed);
      this.#masters = addressesOf(this.#client);
    }
    this.#subscriber = new Subscriber({
      server: () => this.#nextServer(),
      channel: this.#channel,
      tracked: this.#tracked,
      events: {
        up: () => this.#up(),
        down: () => this.#down(),
        message: (text) => this.#message(text),
        changed: (names) => this.#changed(names),
      },
    });
    this.#sendBeat();
  }

  #stop(): void {
    clearTimeout(this.#beatTimer);
    clearTimeout(this.#holeTimer);
    this.#client.off('ready', this.#clientReady);
    for (const event of TOPOLOGY_EVENTS) this.#client.off(event, this.#topologyChanged);
    this.#client.off('refresh', this.#slotsRefreshed);
    this.#subscriber?.close();
    this.#subscriber = undefined;
    this.#isUp = false;
  }

  #nextServer(): RedisServer {
    const servers = mastersOf(this.#client);
    const server = servers[this.#server++ % servers.length];
    if (server === undefined) throw new Error('the cluster has no master');
    return server;
  }

  #up(): void {
    this.#isUp = true;
    this.#unheardSince = undefined;
    this.#proveAnew();
  }

  #down(): void {
    this.#isUp = false;
    this.#downSince = performance.now();
    this.#become('blind');
  }

  /** From the next beat on that is heard, every message comes. */
  #proveAnew(): void {
    this.#watch.restart(performance.now());
    clearTimeout(this.#holeTimer);
    this.#holeTimer = undefined;
    this.#provingBeat = this.#beat + 1;
    this.#sendBeat();
  }

  #doubt(): void {
    if (this.#state === 'blind' || !this.#isUp) return;
    this.counters.doubts++;
    this.#become('doubtful');
    this.#proveAnew();
  }

  /** As `doubt`, and listens on a new connection, on another node of a Cluster. */
  #doubtConnection(): void {
    this.counters.doubts++;
    this.#isUp = false;
    this.#become('doubtful');
    this.#subscriber?.restart();
  }

  #become(state: BusState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener.stateChanged(state);
  }

  readonly #sendBeat = (): void => {
    clearTimeout(this.#beatTimer);
    if (this.#subscriber === undefined) return;
    this.#beatTimer = setTimeout(this.#sendBeat, this.#state === 'trusted' ? BEAT_MS : EAGER_BEAT_MS);
    const now = performance.now();
    this.#beat++;
    this.#unheardSince ??= now;
    const text = beatMessage(stampOf(this.#publisher, this.#sequence), this.#beat);
    this.#client.callBuffer('publish', this.#channel, text).then(
      () => this.#answered(),
      // That nobody answers is seen from `answeredAt`.
      () => undefined,
    );
    // Messages that wait in the socket after a long pause of this process are heard before silence is found.
    if (this.#isUp && now - this.#unheardSince >= SILENCE_MS) setImmediate(this.#findSilence);
  };

  /** A connection that is made anew within a second is no silence yet. */
  #answered(): void {
    this.#answeredAt = performance.now();
    const isSilent = !this.#isUp && this.#answeredAt - this.#downSince >= SILENCE_MS;
    if (isSilent && this.#subscriber !== undefined) this.#become('doubtful');
  }

  readonly #findSilence = (): void => {
    const now = performance.now();
    if (!this.#isUp || this.#unheardSince === undefined || now - this.#unheardSince < SILENCE_MS) return;
    if (now - this.#answeredAt < SILENCE_MS) return this.#doubtConnection();
    this.#provingBeat = this.#beat + 1;
    this.#become('blind');
  };

  readonly #clientReady = (): void => {
    // It was away: this may be another server, which never saw the last writes.
    if (this.#state === 'trusted') this.#doubt();
    else if (this.#isUp) this.#sendBeat();
  };

  /** A part of the Cluster cannot be reached, or was just replaced: what it was told may be lost, and nobody can say what. */
  readonly #topologyChanged = (): void => {
    if (this.#state !== 'trusted') return;
    this.counters.doubts++;
    this.#become('blind');
    this.#proveAnew();
  };

  readonly #slotsRefreshed = (): void => {
    const masters = addressesOf(this.#client);
    const isChange = this.#masters !== masters;
    this.#masters = masters;
    if (isChange) this.#topologyChanged();
  };

  #changed(names: readonly string[] | undefined): void {
    if (names === undefined) return this.#tell({ kind: 'prefix', prefix: '' }, false);
    for (const name of names) {
      const key = this.#names.keyOf(name);
      if (key !== undefined) this.#tell({ kind: 'key', key }, false);
    }
  }

  /** An invalidated key ends its load too. What this store did itself is known to its cache, those who wait for a load are not. */
  #tell(invalidation: Invalidation, isOwn: boolean): void {
    for (const listener of this.#listeners) {
      if (!isOwn) listener.invalidated(invalidation);
      if (invalidation.kind === 'key') listener.landed(invalidation.key);
    }
  }

  #message(text: string): void {
    const message = parseMessage(text);
    if (message === undefined) {
      this.counters.ignoredMessages++;
      return;
    }
    this.counters.messages++;
    switch (message.kind) {
      case 'invalidation':
        return this.#invalidated(message);
      case 'landed':
        for (const listener of this.#listeners) listener.landed(message.key);
        return;
      case 'beat':
        return this.#beaten(message);
    }
  }

  #invalidated({ publisher, sequence, invalidation }: Extract<BusMessage, { kind: 'invalidation' }>): void {
    this.#tell(invalidation, publisher === this.#publisher);
    if (sequence === 0) return;
    this.#watch.message(publisher, sequence, performance.now());
    if (this.#watch.patienceMs !== undefined) this.#waitForHoles();
  }

  #beaten({ publisher, sequence, beat }: Extract<BusMessage, { kind: 'beat' }>): void {
    const now = performance.now();
    if (publisher === this.#publisher) {
      this.#unheardSince = beat < this.#beat ? now : undefined;
      if (beat >= this.#provingBeat && beat <= this.#beat && this.#isUp) this.#become('trusted');
    }
    this.#watch.beat(publisher, sequence, now);
    if (this.#watch.patienceMs !== undefined) this.#waitForHoles();
  }

  #waitForHoles(): void {
    this.#holeTimer ??= setTimeout(() => {
      this.#holeTimer = undefined;
      if (this.#watch.hasLost(performance.now())) {
        if (isCluster(this.#client)) this.#doubtConnection();
        else this.#doubt();
      } else if (this.#watch.patienceMs !== undefined) this.#waitForHoles();
    }, this.#watch.patienceMs);
  }
}

/** Which servers are masters now. */
function addressesOf(client: RedisClient): string {
  const all = mastersOf(client).map(({ options }) =>
    'host' in options && 'port' in options ? [options.host, options.port].join(':') : '',
  );
  return all.toSorted().join();
}
