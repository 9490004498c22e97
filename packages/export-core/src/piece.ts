/**
 * A mark among the pieces of an encoder: `start` begins a block of its own with it, `end` adds it to the block that is being filled and
 * sends that off. What a mark means is between the format and its packer; see `Block.mark`.
 */
export class BlockMark {
  readonly at: 'start' | 'end';
  readonly mark: Readonly<Record<string, unknown>>;

  constructor(at: 'start' | 'end', mark: Readonly<Record<string, unknown>>) {
    this.at = at;
    this.mark = mark;
  }
}

/** What stands before, between and after rows: bytes of any length, and marks. */
export type Piece = Uint8Array | BlockMark;
