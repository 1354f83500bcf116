/** An image as a pod names it, made complete: `nginx` is `docker.io/library/nginx:latest`. */
export interface ImageReference {
  /** As names have it, with its port where it has one: `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const pattern =
  /^(?:(?<registry>[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w.-]+:\d+|localhost)\/)?(?<repository>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Completed as containerd does it (github.com/distribution/reference); undefined where it is no name of an image. */
export function imageReference(text: string): ImageReference | undefined {
  const { registry = 'docker.io', repository, tag, digest } = pattern.exec(text)?.groups ?? {};
  if (repository === undefined) return undefined;
  const own = registry === 'docker.io' && !repository.includes('/');
  return {
    registry,
    repository: own ? `library/${repository}` : repository,
    ...(tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What containerd looks a pod’s image up by: a tag beside a digest counts for nothing. */
export const nameOnHosts = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;

/** Its name in a bundle, `name:tag`, which is its repository in a registry as well: neither port nor digest has a place in it. */
export const nameInBundle = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry.replace(':', '_')}/${repository}:${tag ?? digest?.replace(':', '-') ?? 'latest'}`;
