import type * as Crypto from 'node:crypto';

/** The module, loaded when it is first needed: it takes as long to load as the rest of this package. */
export function nodeCrypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}
