import type { Fact } from './fact.js';

/** What packages and programs are chosen by. */
export interface System {
  /** The system's name and its release: `debian-13`. */
  readonly os: string;
  /** As packages name it: `amd64`, `arm64`; another kernel's as it names itself. */
  readonly arch: string;
}

const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Shell that gives the system's name and its release: `debian-13`. */
export const systemName = '. /etc/os-release; echo "$ID-${VERSION_ID%%.*}"';

export const system: Fact<System> = {
  command: `${systemName}; uname -m`,
  parse({ stdout }) {
    const [os = '', arch = ''] = stdout.trim().split('\n');
    return { os, arch: architectures[arch] ?? arch };
  },
};
