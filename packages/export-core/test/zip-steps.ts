import type { ZipMark } from '@perf/export-core';
import { Block, ZipPacker } from '@perf/export-core';

/** A block to be packed. */
export interface Step {
  readonly text?: string;
  readonly mark?: ZipMark;
}

/** A whole archive of these blocks. */
export async function packed(steps: readonly Step[], packer: ZipPacker = new ZipPacker(1)): Promise<Buffer> {
  return Buffer.concat([packer.begin(), ...(await framed(steps, packer)), ...packer.end()]);
}

/** Sends blocks through a packer as an export does: compressed at once, framed in their order. */
export async function framed(steps: readonly Step[], packer: ZipPacker): Promise<readonly Uint8Array[]> {
  const running = steps.map(({ text = '', mark }) => {
    const block = new Block(1024 * 1024);
    block.length = block.bytes.write(text);
    block.mark = mark;
    return { mark, done: packer.compress(block, false) };
  });
  let pieces: Uint8Array[] = [];
  // Copied as a sink does: the packer takes its memory back.
  for (const { mark, done } of running)
    pieces = pieces.concat(packer.frame(await done, mark).map((piece) => Uint8Array.from(piece)));
  return pieces;
}

/** The blocks of one entry. */
export function entry(name: string, ...texts: string[]): Step[] {
  return texts.map((text, i) => ({
    text,
    mark: {
      ...(i === 0 ? { begins: { name } } : {}),
      ...(i === texts.length - 1 ? { ends: true as const } : {}),
    },
  }));
}
