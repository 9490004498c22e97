import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { Block } from './block.ts';
import type { Packer } from './packer.ts';
import { SpentBuffers } from './spent-buffers.ts';

const zstdAsync = promisify(zstdCompress);
const NOTHING = new Uint8Array(0);

/** A zstd frame for every block, compressed side by side; frames that follow one another are one stream (RFC 8878). */
export class ZstdPacker implements Packer {
  readonly parallel = 2;
  readonly #level: number;
  readonly #spent = new SpentBuffers();
  #hasFrames = false;

  /** @param level 1 (fast) to 19 (small) */
  constructor(level: number) {
    this.#level = level;
  }

  begin(): Uint8Array {
    return NOTHING;
  }

  async compress(block: Block, isLast: boolean): Promise<Uint8Array> {
    // Nothing at all is no zstd stream: an output without bytes is one empty frame.
    if (isLast && block.length === 0 && this.#hasFrames) return NOTHING;
    this.#hasFrames = true;
    return zstdAsync(block.filled(), {
      params: { [constants.ZSTD_c_compressionLevel]: this.#level, [constants.ZSTD_c_checksumFlag]: 1 },
    });
  }

  frame(compressed: Uint8Array): readonly Uint8Array[] {
    this.#spent.add(compressed);
    return [compressed];
  }

  end(): readonly Uint8Array[] {
    return [];
  }

  state(): Readonly<Record<string, unknown>> {
    return {};
  }

  resume(): void {
    this.#hasFrames = true;
  }
}
