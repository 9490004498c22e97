const CR = 13;

/** Cuts what Redis sends into whole answers, however it arrives. */
export class RespFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The answers that are whole now. */
  take(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let start = 0;
    for (;;) {
      const end = frameEnd(bytes, start);
      if (end === undefined) break;
      frames.push(bytes.subarray(start, end));
      start = end;
    }
    this.#rest = bytes.subarray(start);
    return frames;
  }
}

/** Whether an answer is a message of a channel. */
export function isMessage(frame: Buffer): boolean {
  return /^[*>]3\r\n\$7\r\nmessage\r\n/.test(frame.toString('latin1', 0, 24));
}

/** Where the answer that begins at `start` ends, or undefined when it is not whole. */
function frameEnd(bytes: Buffer, start: number): number | undefined {
  const lineEnd = bytes.indexOf(CR, start);
  if (lineEnd < 0 || lineEnd + 2 > bytes.length) return undefined;
  const kind = String.fromCharCode(bytes[start] ?? 0);
  const count = Number(bytes.toString('latin1', start + 1, lineEnd));
  const body = lineEnd + 2;
  if ('$=!'.includes(kind)) {
    const end = count < 0 ? body : body + count + 2;
    return end <= bytes.length ? end : undefined;
  }
  if (!'*>~%'.includes(kind)) return body;
  let end: number | undefined = body;
  for (let i = 0; i < count * (kind === '%' ? 2 : 1) && end !== undefined; i++) end = frameEnd(bytes, end);
  return end;
}
