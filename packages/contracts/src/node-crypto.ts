/** The module, loaded when it is first needed: it takes as long to load as the rest of this package. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
