import { PerfError } from '@perf/contracts';

/** How a disk store is opened. */
export interface DiskStoreOptions {
  /**
   * Most bytes of keys and values kept. Expired entries leave first, then those that nobody read again, oldest first. A bigger
   * value is not kept, and neither is what it would replace. The file is bigger, by what the README says. @default 1 GiB
   */
  readonly maxBytes?: number;
  /**
   * What the store tells `TieredCache`: whether entries of an earlier run may be served beside a shared tier, although they
   * missed the invalidations of meanwhile. The store itself drops nothing when it is opened. @default false
   */
  readonly keepOnOpen?: boolean;
  /** Opens what is there for reading; every call that writes is refused. @default false */
  readonly readOnly?: boolean;
  /**
   * What keeps the bytes. `lmdb`: reads without locks; where it cannot be loaded, `sqlite` takes its place.
   * `sqlite`: Node's own. Each has a file of its own in the folder. @default 'lmdb'
   */
  readonly driver?: 'lmdb' | 'sqlite';
  /** Names the tier in statistics and results. @default 'disk' */
  readonly name?: string;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
  /** Told when a damaged or foreign file was moved aside and the store begins empty. @default a process warning */
  readonly onError?: (error: unknown) => void;
}

/** Options with every default filled in. */
export type ResolvedDiskStoreOptions = Required<DiskStoreOptions>;

/** Fills in the defaults, and refuses what makes no sense. */
export function resolveOptions(options: DiskStoreOptions): ResolvedDiskStoreOptions {
  const { maxBytes = 1024 ** 3, driver = 'lmdb' } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `maxBytes must be a whole number above 0, got ${maxBytes}`,
    );
  if (driver !== 'lmdb' && driver !== 'sqlite')
    throw new PerfError('ERR_PERF_INVALID_OPTION', `driver must be lmdb or sqlite, got ${String(driver)}`);
  return {
    maxBytes,
    keepOnOpen: options.keepOnOpen ?? false,
    readOnly: options.readOnly ?? false,
    driver,
    name: options.name ?? 'disk',
    now: options.now ?? Date.now,
    onError:
      options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error))),
  };
}
