import type { UserConfig } from 'vite';

/** Builds a package of many modules into one file, because a program waits for each of them; `tsc` writes the types. */
export const bundled: UserConfig = {
  ssr: { external: ['@perf/contracts'] },
  build: {
    ssr: 'src/index.ts',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: true,
    target: 'node22.15',
    minify: false,
    reportCompressedSize: false,
    // Names stay, for stack traces; comments and blanks only take time to read, and stand in the sources beside.
    rolldownOptions: {
      output: {
        comments: false,
        minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      },
    },
  },
};
