// The types of this suite do not compile with Keyv 6: keyv-suite.d.mts says what is used of it.
export { keyvApiTests, keyvNamespaceTest, keyvValueTests } from '@keyv/test-suite';
