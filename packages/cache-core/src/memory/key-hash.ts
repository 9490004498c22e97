/** Gives a key's hash: 32 bits, signed. */
export type KeyHash = (key: string) => number;

/**
 * A hash of strings that nobody outside can foresee: keys are untrusted, and whoever knew the hash could make keys that share
 * every counter. Start and multipliers come from `random`, once per store. Two lanes, so that two characters are mixed at a time.
 * @param random 0 to below 1
 */
export function seededKeyHash(random: () => number): KeyHash {
  const seed = bits(random);
  const [even, odd] = [bits(random) | 1, bits(random) | 1];
  return (key) => {
    let a = seed;
    let b = ~seed;
    const last = key.length - 1;
    let i = 0;
    for (; i < last; i += 2) {
      a = Math.imul(a ^ key.charCodeAt(i), even);
      b = Math.imul(b ^ key.charCodeAt(i + 1), odd);
      a ^= a >>> 15;
      b ^= b >>> 15;
    }
    if (i === last) a = Math.imul(a ^ key.charCodeAt(i), even);
    return mixed(a ^ Math.imul(b ^ key.length, 0x9e3779b1));
  };
}

/** Spreads every bit of a hash over all others (the finalizer of MurmurHash3, A. Appleby). */
export function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function bits(random: () => number): number {
  return (random() * 2 ** 32) | 0;
}
