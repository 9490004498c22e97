import type { Piece, TableLayout } from '@perf/export-core';
import { Block, BlockMark, Room, TableEncoder, Warnings, int32Cell } from '@perf/export-core';
import { describe, expect, it } from 'vitest';
import { schema } from './plain-encoder.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Writes `(0=7;)` a row, in parts of `rows` rows between `<` and `>`, each of which begins a block. */
function encoderOf(rows: number): TableEncoder {
  const room = new Room();
  const [id] = schema.fields;
  if (id === undefined) throw new Error('there is no column');
  const begin = function* (): Generator<Piece> {
    yield new BlockMark('start', { begins: true });
    yield bytesOf('<');
  };
  const end = function* (): Generator<Piece> {
    yield bytesOf('>');
    yield new BlockMark('end', { ends: true });
  };
  const layout: TableLayout = {
    columns: [{ field: id, index: 0, prefix: bytesOf('='), nullBytes: undefined, cell: int32Cell() }],
    header: begin,
    firstOpen: bytesOf('unused'),
    open: bytesOf('unused'),
    separator: 59,
    close: bytesOf(';)'),
    footer: end,
    openRow: {
      width: 12,
      write: (bytes, at, row) => at + bytes.write(`(${row}`, at),
    },
    parts: {
      rows,
      between: function* () {
        yield* end();
        yield* begin();
      },
    },
  };
  return new TableEncoder(schema, layout, room, new Warnings());
}

/** Everything an encoder writes, `[` and `]` where marks begin and end blocks. */
function written(encoder: TableEncoder, counts: readonly number[], from = 0): string {
  const text: string[] = [];
  let block = new Block(encoder.blockBytes);
  const send = (): void => {
    const mark = Object.keys(block.mark ?? {});
    text.push(
      mark.includes('begins') ? '[' : '',
      block.filled().toString(),
      mark.includes('ends') ? ']' : '',
    );
    block = new Block(encoder.blockBytes);
  };
  const drain = (): void => {
    for (;;) {
      const state = encoder.fillBlock(block);
      if (state === 'full') send();
      if (state === 'done') return;
    }
  };
  if (from === 0) encoder.begin();
  drain();
  let id = from;
  for (const count of counts) {
    const rows = Array.from({ length: count }, () => [id++, null]);
    encoder.load({ kind: 'rows', schema, layout: 'arrays', rows });
    drain();
  }
  encoder.end();
  drain();
  if (block.length > 0 || block.mark !== undefined) send();
  return text.join('');
}

describe('a table in parts', () => {
  it('counts the rows of each part, and begins and ends blocks at its marks', () => {
    expect(written(encoderOf(2), [3, 2])).toBe('[<(0=0;)(1=1;)>][<(0=2;)(1=3;)>][<(0=4;)>]');
  });

  it('does not begin a part without a row', () => {
    expect(written(encoderOf(2), [2])).toBe('[<(0=0;)(1=1;)>]');
    expect(written(encoderOf(2), [])).toBe('[<>]');
  });

  it('goes on in the middle of a part, and at the end of one', () => {
    for (const cut of [1, 2, 3]) {
      const whole = written(encoderOf(2), [5]);
      const first = encoderOf(2);
      const block = new Block(first.blockBytes);
      first.begin();
      first.fillBlock(block);
      first.load({
        kind: 'rows',
        schema,
        layout: 'arrays',
        rows: Array.from({ length: cut }, (_, i) => [i, null]),
      });
      let state = first.fillBlock(block);
      while (state !== 'done') state = first.fillBlock(new Block(first.blockBytes));
      const second = encoderOf(2);
      second.checkpoints.resume(cut, structuredClone(first.checkpoints.state()));

      const rest = written(second, [5 - cut], cut);

      expect(whole.endsWith(rest)).toBe(true);
      expect(rest).toContain(`=${cut};`);
      expect(rest).not.toContain(`=${cut - 1};`);
    }
  });

  it('ends a part early when asked to', () => {
    const encoder = encoderOf(100);
    const block = new Block(encoder.blockBytes);
    encoder.begin();
    encoder.load({ kind: 'rows', schema, layout: 'arrays', rows: [[0, null]] });
    while (encoder.fillBlock(block) !== 'done');
    encoder.endPart();

    expect(block.filled().toString() + written(encoder, [2], 1)).toBe('<(0=0;)>][<(0=1;)(1=2;)>]');
  });

  it('ends a part after the row that it is told', () => {
    const encoder = encoderOf(100);
    const block = new Block(encoder.blockBytes);
    encoder.begin();
    encoder.load({
      kind: 'rows',
      schema,
      layout: 'arrays',
      rows: [
        [0, null],
        [1, null],
      ],
    });
    encoder.endPartAt(1);
    while (encoder.fillBlock(block) === 'paused');

    expect(block.filled().toString() + written(encoder, [1], 2)).toBe('<(0=0;)>[<(0=1;)(1=2;)>]');
  });

  it('refuses a state that does not say its part', () => {
    expect(() => encoderOf(2).checkpoints.resume(1, { warnings: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' }),
    );
  });
});
