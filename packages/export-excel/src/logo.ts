import { PerfError } from '@perf/contracts';

/** A picture, and its size in pixels. */
export interface Logo {
  readonly bytes: Uint8Array;
  readonly type: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
}

const PNG_START = '89504e470d0a1a0a0000000d49484452';
const MARK = 0xff;
const START_OF_SCAN = 0xda;
/** Largest side of a picture that programs still open. */
const MOST_PIXELS = 65_535;

/** Reads what a template's logo is. Throws `ERR_PERF_INVALID_OPTION` when its head is that of no PNG or JPEG. */
export function readLogo(base64: string): Logo {
  const bytes = Buffer.from(base64, 'base64');
  const type = bytes.toString('hex', 0, PNG_START.length / 2) === PNG_START ? 'png' : 'jpeg';
  const [width = 0, height = 0] = type === 'png' ? pngSize(bytes) : jpegSize(bytes);
  if (width > 0 && height > 0 && Math.max(width, height) <= MOST_PIXELS)
    return { bytes, type, width, height };
  throw new PerfError('ERR_PERF_INVALID_OPTION', 'the logo is no PNG or JPEG that can be read');
}

function pngSize(bytes: Buffer): readonly number[] {
  return bytes.length < 24 ? [] : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

/** The size stands in the first frame (SOF), behind segments of other kinds. */
function jpegSize(bytes: Buffer): readonly number[] {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === MARK) {
    const kind = bytes[at + 1] ?? 0;
    if (kind === MARK) {
      at++;
      continue;
    }
    if (isFrame(kind)) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    if (kind === START_OF_SCAN) return [];
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return [];
}

/** C0 to CF but for tables of Huffman codes and the like. */
function isFrame(kind: number): boolean {
  return kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;
}
