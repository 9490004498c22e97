// oxlint-disable-next-line no-control-regex -- header values must not hold these
const UNSAFE = /[\u0000-\u001f\u007f"\\/]/g;
const PLAIN = /^[\u0020-\u007e]*$/;

/**
 * The value of a `Content-Disposition` header that has a browser save a file under a name (RFC 6266). Names beyond ASCII are given
 * twice: as `filename*` (RFC 8187), and with `_` for what ASCII lacks. Path separators, quotes and control characters become `_`.
 */
export function contentDisposition(fileName: string): string {
  const name = fileName.toWellFormed().replace(UNSAFE, '_') || 'export';
  if (PLAIN.test(name)) return `attachment; filename="${name}"`;
  const plain = name.replaceAll(/[^\u0020-\u007e]+/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${extValue(name)}`;
}

/** RFC 8187: what `encodeURIComponent` leaves, but for three characters that the header's grammar has not. */
function extValue(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
