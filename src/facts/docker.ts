import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present } from './sh.js';

export interface Docker {
  readonly version: string;
  readonly storageDriver: string;
  /** Who makes the control groups of containers: the kubelet must do as docker does. */
  readonly cgroupDriver: string;
}

const socket = '/run/docker.sock';

/** The docker engine that answers on a host; undefined where there is none. */
export const docker: Fact<Docker | undefined> = {
  command: `${present}if present ${socket}; then docker info --format '{{.ServerVersion}} {{.Driver}} {{.CgroupDriver}}'; fi`,
  parse({ stdout }) {
    if (stdout.trim() === '') return undefined;
    const [version = '', storageDriver = '', cgroupDriver = '', ...more] = stdout.trim().split(' ');
    if (!/^\d+\./.test(version) || cgroupDriver === '' || more.length > 0)
      throw new Error(`neither a version nor drivers: ${stdout.trim()}`);
    return { version, storageDriver, cgroupDriver };
  },
};

/** Digests that docker knows an image by, for each name that it has; none where no docker is. */
export const dockerImages: Fact<Map<string, readonly string[]>> = {
  command:
    `${present}if present ${socket}; then ids=$(docker image ls -q --no-trunc) || exit; ` +
    `[ -z "$ids" ] || docker image inspect --format '{{json .RepoTags}} {{json .RepoDigests}}' $ids; fi`,
  parse: ({ stdout }) =>
    new Map(
      lines(stdout).flatMap((line) => {
        const [tags, digests] = line
          .split(/(?<=\]|null) (?=\[|null)/)
          .map((part) => JSON.parse(part) as string[] | null);
        const known = (digests ?? []).map((reference) => reference.slice(reference.indexOf('@') + 1));
        return (tags ?? []).map((tag) => [whole(tag), known] as const);
      }),
    ),
};

/** docker leaves out its own registry where it tells a name. */
const whole = (name: string): string =>
  /^[^/]*[.:][^/]*\//.test(name) ? name : name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;
