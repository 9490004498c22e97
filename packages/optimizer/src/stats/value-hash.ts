/**
 * 53 evenly spread bits of a text, as a whole number: the same in every process. Two lanes of multiply and rotate, ended by the finalizer
 * of MurmurHash3 (Appleby). Not for secrets.
 * @param seed another seed gives numbers that have nothing to do with each other
 */
export function hashOf(text: string, seed = 0): number {
  let a = 0x9e3779b9 ^ seed;
  let b = Math.imul(seed + 1, 0x85ebca6b);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b + unit, 0x1b873593);
    b = (b << 13) | (b >>> 19);
  }
  a = finished(a ^ Math.imul(b, 0x27d4eb2f) ^ text.length);
  b = finished(b ^ a);
  return (a & 0x1fffff) * 2 ** 32 + b;
}

/** A number evenly spread over 0 to below 1, from a text. */
export function chanceOf(text: string, seed: number): number {
  return hashOf(text, seed) / 2 ** 53;
}

function finished(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
