import type { Fact } from './fact.js';

/** Shell that gives the system's name and its release: `debian-13`. */
export const systemName = '. /etc/os-release; echo "$ID-${VERSION_ID%%.*}"';

export const system: Fact<string> = { command: systemName, parse: ({ stdout }) => stdout.trim() };
