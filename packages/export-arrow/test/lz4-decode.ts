/** Reads one LZ4 frame with independent blocks and without checksums, for tests: every byte is looked at, none is skipped. */
export function decodeLz4(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const blockBytes = 1 << (8 + 2 * (view.getUint8(5) >> 4));
  if (view.getUint32(0, true) !== 0x184d2204 || view.getUint8(4) !== 0x68) throw new Error('no such frame');
  const content = new Uint8Array(Number(view.getBigUint64(6, true)));
  let [from, to] = [15, 0];
  for (;;) {
    const word = view.getUint32(from, true);
    from += 4;
    if (word === 0) break;
    const packed = frame.subarray(from, from + (word & 0x7fffffff));
    const room = content.subarray(to, to + blockBytes);
    to += word > 0x7fffffff ? copied(packed, room) : decodeBlock(packed, room);
    from += packed.length;
  }
  if (to !== content.length) throw new Error(`${to} bytes came out, not ${content.length}`);
  if (from !== frame.length) throw new Error(`the frame ends at ${from}, not ${frame.length}`);
  return content;
}

function copied(bytes: Uint8Array, room: Uint8Array): number {
  room.set(bytes);
  return bytes.length;
}

/** Refuses what decoders may refuse: matches from before the block, and ends against the rules. */
function decodeBlock(packed: Uint8Array, room: Uint8Array): number {
  let [from, to, lastMatch] = [0, 0, 0];
  const next = (): number => {
    const byte = packed[from++];
    if (byte === undefined) throw new Error('the block is cut');
    return byte;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) more = next();
    return length;
  };
  for (;;) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (to + literals > room.length) throw new Error('too many literals');
    for (let i = 0; i < literals; i++) room[to++] = next();
    if (from === packed.length) {
      if (lastMatch > 0 && (literals < 5 || to - lastMatch < 12)) throw new Error('the block ends too soon');
      return to;
    }
    const offset = next() | (next() << 8);
    if (offset === 0 || offset > to) throw new Error(`a match lies ${offset} back at ${to}`);
    lastMatch = to;
    const length = lengthOf(token & 15) + 4;
    if (to + length > room.length) throw new Error('too long a match');
    for (let i = 0; i < length; i++, to++) room[to] = room[to - offset] ?? 0;
  }
}
