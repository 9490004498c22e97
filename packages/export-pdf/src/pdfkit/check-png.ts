import { inflateSync } from 'node:zlib';

/** What pdfkit reads from the head of a PNG. */
export interface PngHead {
  readonly width: number;
  readonly height: number;
  /** Bits of one pixel. */
  readonly pixelBitlength: number;
  /** 1: the seven passes of Adam7. */
  readonly interlaceMethod: number;
  /** Whether colours of its palette are transparent. */
  readonly hasTransparentPalette: boolean;
}

const LAST_FILTER = 4;
/** First column and row, and steps, of each pass of Adam7. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const ALL = [[0, 0, 1, 1]] as const;
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Throws when the picture cannot be unpacked: broken data, too little of it, or a filter that does not exist. pdfkit unpacks later, in a
 * callback whose error nobody could catch.
 */
export function checkPng(head: PngHead, packed: Uint8Array): void {
  const { width, height, pixelBitlength, interlaceMethod, hasTransparentPalette } = head;
  if (pixelBitlength < 8 && (interlaceMethod === 1 || hasTransparentPalette))
    throw new Error(`it is interlaced or transparent with ${pixelBitlength} bits a pixel: save it with 8`);
  const strides = (interlaceMethod === 1 ? PASSES : ALL).map(([x, y, dx, dy]) => {
    const bytes = Math.ceil((Math.max(0, Math.ceil((width - x) / dx)) * pixelBitlength) / 8);
    return { bytes, rows: bytes === 0 ? 0 : Math.max(0, Math.ceil((height - y) / dy)) };
  });
  const size = strides.reduce((sum, { rows, bytes }) => sum + rows * (bytes + 1), 0);
  if (!(size > 0 && size <= MOST_BYTES)) throw new Error(`it has ${width} × ${height} pixels`);
  const data = inflateSync(packed, { maxOutputLength: MOST_BYTES });
  if (data.length < size) throw new Error(`it has ${data.length} bytes of pixels instead of ${size}`);
  let at = 0;
  for (const { rows, bytes } of strides)
    for (let row = 0; row < rows; row++, at += bytes + 1)
      if ((data[at] ?? 0) > LAST_FILTER) throw new Error(`line ${row} has the unknown filter ${data[at]}`);
}
