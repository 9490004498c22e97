import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { PerfError } from '@perf/contracts';

/** The text of a file, or of stdin for `-`: UTF-8, or UTF-16 with its mark, as shells on Windows save it. */
export async function readText(file: string): Promise<string> {
  const bytes = await bytesOf(file);
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(isWide ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_VALUE', `${nameOf(file)} is not UTF-8`, { cause });
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (cause) {
    throw new PerfError('ERR_PERF_OPEN_FAILED', `cannot read ${nameOf(file)}`, { cause });
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}
