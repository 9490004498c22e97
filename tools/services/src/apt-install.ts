import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

/** What `canAptInstall` looks at. Defaults describe this process. */
export interface AptConditions {
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number | undefined;
  readonly isDebian?: boolean;
}

/** Whether a missing server may be installed: only as root on Debian, and not when `PERF_APT=0`. */
export function canAptInstall(conditions: AptConditions = {}): boolean {
  const {
    env = process.env,
    uid = process.getuid?.(),
    isDebian = existsSync('/etc/debian_version'),
  } = conditions;
  return uid === 0 && isDebian && env['PERF_APT'] !== '0';
}

// The lock on dpkg's own folder ends with the shell, however that ends, and leaves no file. It makes a second
// process wait and then find the first one's work done. A machine that already has a policy keeps its own.
const script = `
set -eu
exec 9</var/lib/dpkg
flock 9
dpkg-query -W -f '\${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed && exit 0
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$1" 9>&-; }
install "$1" || { apt-get update -qq 9>&- || true; install "$1"; }
`;

/**
 * Installs a Debian package without starting its daemon, and says so on standard error.
 * Several processes may ask at once. Resolves to whether the package is there now.
 */
export async function aptInstall(debianPackage: string): Promise<boolean> {
  process.stderr.write(`perf: installing the Debian package ${debianPackage} (PERF_APT=0 forbids this)\n`);
  const shell = spawn('/bin/sh', ['-c', script, 'sh', debianPackage], { stdio: ['ignore', 'ignore', 2] });
  const [code] = (await once(shell, 'exit')) as [number | null];
  return code === 0;
}
