import { architectures, knownSystem } from '../cluster/systems.js';
import type { Fact } from './fact.js';

/** What packages and programs are chosen by. */
export interface System {
  /** The system's name and its release: `debian-13`, `rocky-9`; of one that kha does not know, as it calls itself. */
  readonly os: string;
  /** As bundles name it: `amd64`, `arm64`; another kernel's as it names itself. */
  readonly arch: string;
}

/** Shell that gives the system's name and its release: `debian-13`, `rocky-9.6`. */
export const systemName = '. /etc/os-release; echo "$ID-$VERSION_ID"';

export const system: Fact<System> = {
  command: `${systemName}; uname -m`,
  parse({ stdout }) {
    const [named = '', arch = ''] = stdout.trim().split('\n');
    return { os: knownSystem(named)?.name ?? named, arch: architectures[arch] ?? arch };
  },
};
