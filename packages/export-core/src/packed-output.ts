import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { Block } from './block.ts';
import { failure } from './failures.ts';
import type { Interruption } from './interruption.ts';
import type { Output } from './output.ts';
import type { Packer } from './packer.ts';
import type { SinkWriter } from './sink-writer.ts';

const NOTHING = new Uint8Array(0);

interface Packing {
  readonly block: Block;
  readonly mark: unknown;
  readonly done: Promise<Uint8Array>;
}

/** Compresses blocks side by side, writes them in their order, and hashes what it writes: packed bytes are few. */
export class PackedOutput implements Output {
  block: Block;
  readonly #writer: SinkWriter;
  readonly #interruption: Interruption;
  readonly #packer: Packer;
  readonly #capacity: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #packing: Packing[] = [];
  /** Waits for the first bytes: until then a stream has not begun, and may still be answered otherwise. */
  #head: Uint8Array = NOTHING;
  readonly #free: Block[] = [];

  constructor(writer: SinkWriter, interruption: Interruption, capacity: number, packer: Packer) {
    this.#writer = writer;
    this.#interruption = interruption;
    this.#packer = packer;
    this.#capacity = capacity;
    this.block = new Block(capacity);
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  get crc(): number {
    return this.#writer.crc;
  }

  async begin(): Promise<void> {
    this.#head = this.#packer.begin();
  }

  async recall(bytes: Uint8Array): Promise<void> {
    this.#writer.count(bytes);
    this.#hash.update(bytes);
  }

  async flush(): Promise<void> {
    const { block } = this;
    if (block.length === 0 && block.mark === undefined) return;
    this.#send(block, false);
    while (this.#packing.length > this.#packer.parallel) await this.#finishOldest();
    this.block = this.#free.pop() ?? new Block(this.#capacity);
    this.block.length = 0;
    this.block.mark = undefined;
  }

  async settle(): Promise<void> {
    while (this.#packing.length > 0) await this.#finishOldest();
    await this.#writer.settled();
  }

  async end(): Promise<string> {
    this.#send(this.block, true);
    await this.settle();
    await this.#write(await this.#pack(Promise.resolve(this.#packer.end())));
    await this.#writer.settled();
    return this.#hash.digest('hex');
  }

  close(): void {
    for (const { done } of this.#packing) done.catch(ignore);
  }

  #send(block: Block, isLast: boolean): void {
    const done = this.#packer.compress(block, isLast);
    done.catch(ignore);
    this.#packing.push({ block, mark: block.mark, done });
  }

  async #finishOldest(): Promise<void> {
    const oldest = this.#packing[0];
    if (oldest === undefined) return;
    const compressed = await this.#pack(oldest.done);
    this.#packing.shift();
    await this.#write(await this.#pack(Promise.resolve(this.#packer.frame(compressed, oldest.mark))));
    this.#free.push(oldest.block);
  }

  async #pack<T>(work: Promise<T>): Promise<T> {
    try {
      return await this.#interruption.wait(work);
    } catch (error) {
      throw failure('ERR_PERF_UNSUPPORTED', 'packing the output', error);
    }
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    const head = this.#head;
    this.#head = NOTHING;
    for (const piece of [head, ...pieces]) {
      if (piece.length === 0) continue;
      await this.#writer.write(piece);
      this.#hash.update(piece);
    }
  }
}

/** Nobody is left to hear of it. */
function ignore(): void {}
