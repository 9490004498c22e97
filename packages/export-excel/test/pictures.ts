/** A PNG of 12 × 8 pixels. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAwAAAAICAYAAADN5B7xAAAAIUlEQVR42mPQiDpRAcT/oZggm4EUxSA2AymKYTaMOCcBAKBOyoEQZkecAAAAAElFTkSuQmCC';

/** The head of a progressive JPEG of 300 × 100 pixels behind a comment, and nothing more. */
export const JPEG_HEAD: string = Buffer.from(
  'ffd8ffe00004abcdfffffe0006c0c0c0c0ffc4000300ffc2000b080064012c01011100ffda',
  'hex',
).toString('base64');
