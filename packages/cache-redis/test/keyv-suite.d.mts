import type { Keyv } from 'keyv';
import type * as vitest from 'vitest';

type KeyvTests = (test: typeof vitest, keyv: typeof Keyv, store: () => unknown) => void;

export const keyvApiTests: KeyvTests;
export const keyvNamespaceTest: KeyvTests;
export const keyvValueTests: KeyvTests;
