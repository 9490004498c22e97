/** Upper bounds of histograms by what they hold. Every limit of a response time is a bound, so that the share above it is exact. */
export const BUCKETS = {
  /** Seconds. */
  duration: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 5, 10, 30],
  /** Bytes: 256 B to 100 MiB, with the 1 KiB from which answers are compressed and the 100 KiB from which they are streamed. */
  size: [256, 1024, 4096, 16384, 65536, 102400, 262144, 1048576, 10485760, 104857600],
} as const;
