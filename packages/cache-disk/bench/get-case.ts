// Random gets against a SQLite client, in a process of its own: `--case better-sqlite3[-mmap][-many]`, or with `node-sqlite`; one JSON line.
// Each side holds 200,000 entries of 1,024 random bytes with an expiry, checks the expiry, and gives key and bytes. `-many` asks for
// 32 keys a call. SQLite has a table by row number with a unique index on the key, in WAL mode; with `-mmap` its file is mapped into
// memory, which it is not by default.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DiskStore } from '@perf/cache-disk';
import { seededRandom } from '@perf/testkit';
import type { Batch } from '@perf/testkit/measure';
import { compareInProcess, parseBenchArgs, runCase } from '@perf/testkit/measure';
import Database from 'better-sqlite3';

const BYTES = 1_024;
const HOUR_MS = 3_600_000;
const ORDER = 2 ** 18;
const MASK = ORDER - 1;
const MANY = 32;

const { case: name = '', quick } = parseBenchArgs();
const SETUP = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = ${name.includes('-mmap') ? 2 ** 30 : 0};
  CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE, v BLOB NOT NULL, e REAL NOT NULL); BEGIN`;
const INSERT = 'INSERT INTO c (k, v, e) VALUES (?, ?, ?)';
const FINISH = 'COMMIT; PRAGMA wal_checkpoint(TRUNCATE)';
const SELECT = 'SELECT v, e FROM c WHERE k = ?';

const entries = quick ? 20_000 : 200_000;
const random = seededRandom(7);
const keys = Array.from({ length: entries }, (_, i) => `query:${String(i).padStart(16, '0')}`);
const order = Array.from({ length: ORDER }, () => random.pick(keys));
const batches = Array.from({ length: ORDER / MANY }, (_, i) => order.slice(i * MANY, (i + 1) * MANY));
const expiresAt = Date.now() + HOUR_MS;

/** A client with its table filled, as a function that gets one row. */
type Get = (key: string) => unknown;

await runCase(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perf-disk-'));
  try {
    await using store = await DiskStore.open(folder);
    for (let i = 0; i < entries; i += 1_000)
      await store.setMany(
        keys.slice(i, i + 1_000).map((key) => ({ key, value: randomBytes(BYTES), expiresAt })),
      );
    await store.flush();
    const get = openPeer(join(folder, 'peer.sqlite'));
    const comparison = await compareInProcess({
      ours: name.endsWith('-many') ? getMany(store) : getOne(store),
      peer: peerGet(get),
      direction: 'min',
      rounds: quick ? 7 : 11,
      roundMs: quick ? 60 : 250,
    });
    return { ...comparison, driver: store.driver };
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function openPeer(file: string): Get {
  return name.startsWith('better-sqlite3') ? openBetterSqlite(file) : openNodeSqlite(file);
}

function openBetterSqlite(file: string): Get {
  const client = new Database(file);
  client.exec(SETUP);
  const insert = client.prepare<[string, Buffer, number]>(INSERT);
  for (const key of keys) insert.run(key, randomBytes(BYTES), expiresAt);
  client.exec(FINISH);
  const statement = client.prepare<[string]>(SELECT);
  return (key) => statement.get(key);
}

function openNodeSqlite(file: string): Get {
  const client = new DatabaseSync(file);
  client.exec(SETUP);
  const insert = client.prepare(INSERT);
  for (const key of keys) insert.run(key, randomBytes(BYTES), expiresAt);
  client.exec(FINISH);
  const statement = client.prepare(SELECT);
  return (key) => statement.get(key);
}

/** One key a call, each awaited. */
function getOne(store: DiskStore): Batch {
  let next = 0;
  return async (iterations) => {
    let bytes = 0;
    for (let i = 0; i < iterations; i++) {
      const [entry] = await store.getMany([order[next++ & MASK] ?? '']);
      bytes += entry?.value.length ?? 0;
    }
    return checked(bytes, iterations);
  };
}

/** `MANY` keys a call. */
function getMany(store: DiskStore): Batch {
  let next = 0;
  return async (iterations) => {
    let [bytes, asked] = [0, 0];
    while (asked < iterations) {
      const batch = batches[next++ % batches.length] ?? [];
      for (const entry of await store.getMany(batch)) bytes += entry?.value.length ?? 0;
      asked += batch.length;
    }
    return checked(bytes, asked);
  };
}

function peerGet(get: Get): Batch {
  let next = 0;
  return (iterations) => {
    let bytes = 0;
    for (let i = 0; i < iterations; i++) {
      const key = order[next++ & MASK] ?? '';
      const row = get(key);
      if (!isRow(row) || row.e <= Date.now()) throw new Error('invalid run: a key is missing');
      const entry = { key, value: row.v, expiresAt: row.e };
      bytes += entry.value.length;
    }
    return checked(bytes, iterations);
  };
}

function isRow(row: unknown): row is { v: Uint8Array; e: number } {
  return typeof row === 'object' && row !== null && 'v' in row && 'e' in row;
}

function checked(bytes: number, gets: number): number {
  if (bytes !== gets * BYTES) throw new Error('invalid run: a key is missing');
  return bytes;
}
