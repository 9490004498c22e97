import { readFileSync } from 'node:fs';

/** Most memory this process has held so far, in MiB: VmHWM where /proc tells it, else `process.resourceUsage().maxRSS`. */
export function peakRssMb(): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(processStatus())?.[1];
  return (kib === undefined ? process.resourceUsage().maxRSS : Number(kib)) / 1024;
}

function processStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // Only Linux has the file; the caller falls back to the kernel's own figure.
    return '';
  }
}
