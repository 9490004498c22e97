/** Why a statement is not read. Such a statement is left as it is; this never reaches a caller. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Leaves the statement alone. @param reason what is not understood, without literals */
export function unreadable(reason: string): never {
  throw new Unreadable(reason);
}
