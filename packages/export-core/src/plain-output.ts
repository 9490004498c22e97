import { BLOCK_SOFT_LIMIT, Block } from './block.ts';
import type { BlockHasher } from './block-hasher.ts';
import { LocalHasher, WorkerHasher } from './block-hasher.ts';
import type { Interruption } from './interruption.ts';
import type { HashThread, Output } from './output.ts';
import type { SinkWriter } from './sink-writer.ts';

/** Blocks in all: one is filled, one is written, the others wait for the hash, which lags while its thread starts. */
const BLOCKS = 8;

/** Writes blocks as they are, and hashes them in a thread of its own beside the writing. */
export class PlainOutput implements Output {
  block: Block;
  readonly #writer: SinkWriter;
  readonly #interruption: Interruption;
  readonly #hashOn: HashThread;
  readonly #hashing: { readonly block: Block; readonly done: Promise<void> }[] = [];
  #blocks = 1;
  #hasher: BlockHasher | undefined;

  constructor(writer: SinkWriter, interruption: Interruption, capacity: number, hashOn: HashThread) {
    this.#writer = writer;
    this.#interruption = interruption;
    this.#hashOn = hashOn;
    this.block = new Block(capacity);
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  get crc(): number {
    return this.#writer.crc;
  }

  async begin(): Promise<void> {}

  async recall(bytes: Uint8Array): Promise<void> {
    this.#hasher ??= this.#newHasher();
    const { block } = this;
    this.#writer.count(bytes);
    for (let from = 0; from < bytes.length; from += block.bytes.length) {
      const piece = bytes.subarray(from, from + block.bytes.length);
      block.bytes.set(piece);
      block.length = piece.length;
      await this.#interruption.wait(this.#hasher.update(block));
    }
    block.length = 0;
  }

  async flush(): Promise<void> {
    if (this.block.length === 0) return;
    this.#hasher ??= this.#newHasher();
    await this.#send(this.#hasher);
    this.block = await this.#freeBlock();
    this.block.length = 0;
  }

  async settle(): Promise<void> {
    await this.#writer.settled();
  }

  async end(): Promise<string> {
    this.#hasher ??= new LocalHasher();
    if (this.block.length > 0) await this.#send(this.#hasher);
    await this.#writer.settled();
    return this.#interruption.wait(this.#hasher.digest());
  }

  close(): void {
    this.#hasher?.close();
  }

  /** A stream that begins with less than a block wants its bytes soon: starting a thread would delay them. */
  #newHasher(): BlockHasher {
    const isSmall = this.block.length > 0 && this.block.length < BLOCK_SOFT_LIMIT;
    return this.#hashOn === 'worker' && !isSmall ? new WorkerHasher() : new LocalHasher();
  }

  async #send(hasher: BlockHasher): Promise<void> {
    const { block } = this;
    await this.#writer.write(block.filled());
    const done = hasher.update(block);
    done.catch(ignore);
    this.#hashing.push({ block, done });
  }

  async #freeBlock(): Promise<Block> {
    if (this.#blocks < BLOCKS) {
      this.#blocks++;
      return new Block(this.block.bytes.length);
    }
    const oldest = this.#hashing.shift();
    if (oldest === undefined) return new Block(this.block.bytes.length);
    await this.#interruption.wait(oldest.done);
    return oldest.block;
  }
}

/** The promise is awaited later; until then its rejection must not count as unhandled. */
function ignore(): void {}
