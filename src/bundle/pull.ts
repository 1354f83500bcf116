import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { answersFor } from '../cluster/internet.js';
import { OtherThanWanted, sha256Of, type Wanted } from './download.js';
import type { Downloads } from './downloads.js';
import { DownloadFailed, type Heard } from '../engine/https.js';
import { architectureOf, index, indexTypes, isIndex, manifest, manifestTypes, type Descriptor } from './oci.js';
import { challenged, RegistryFailed, type Answer } from './registry-token.js';
import type { Pulled } from './write-archive.js';

/** An image in a public registry: `registry.k8s.io`, `coredns/coredns`, `v1.14.6`. */
interface Reference {
  /** As the image is asked for. */
  readonly words: string;
  /** The host that answers. */
  readonly registry: string;
  readonly repository: string;
  /** Or a digest. */
  readonly tag: string;
}

/** Of a registry; bytes (OCI distribution specification). */
const largestManifest = 4 * 1024 * 1024;
const accept = [...indexTypes, ...manifestTypes].join(', ');

export function parseReference(text: string): Reference {
  const [, registry, repository, named, digest] =
    /^([\w.-]+(?::\d+)?)\/([a-z0-9/._-]+)(?::([\w.+-]+)|@(sha256:[0-9a-f]{64}))$/.exec(text) ?? [];
  const tag = named ?? digest;
  if (registry === undefined || repository === undefined || tag === undefined)
    throw new Error(`${text} is no image of a registry: expected HOST/NAME:TAG or HOST/NAME@DIGEST`);
  return { words: text, registry: answersFor(registry, {}).host, repository, tag };
}

/**
 * Pulls an image for one architecture, every part by its digest (OCI distribution specification, pulling). Throws DownloadFailed with the image’s name.
 */
export const pull = (downloads: Downloads, image: string, architecture: string): Promise<Pulled> =>
  named(image, () => new Puller(downloads, parseReference(image)).pull(architecture));

/** What a registry has under an image’s tag now: the digest of its manifest or index. Throws DownloadFailed. */
export const digestOfImage = (downloads: Downloads, image: string): Promise<string> =>
  named(image, () => new Puller(downloads, parseReference(image)).digest());

export interface WantedLayer {
  readonly mediaType: string;
  /** Bytes beyond which it is not what is wanted. */
  readonly most: number;
}

/**
 * The one layer of a kind that an artifact has, `HOST/NAME@DIGEST`, as a file. Once it is there nobody is asked any more.
 * Throws DownloadFailed.
 */
export const pullLayer = (downloads: Downloads, artifact: string, wanted: WantedLayer): Promise<string> =>
  named(artifact, () => new Puller(downloads, parseReference(artifact)).layer(wanted));

async function named<T>(image: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The registry’s refusals do not say which image was asked for.
    if (error instanceof RegistryFailed) throw new DownloadFailed(`${image}: ${error.message}`);
    throw error;
  }
}

class Puller {
  readonly #downloads: Downloads;
  readonly #of: Reference;
  #authorization: string | undefined;

  constructor(downloads: Downloads, of: Reference) {
    this.#downloads = downloads;
    this.#of = of;
  }

  async digest(): Promise<string> {
    await this.#logIn();
    return sha256Of((await this.#manifest(this.#of.tag)).bytes);
  }

  async pull(architecture: string): Promise<Pulled> {
    await this.#logIn();
    const top = await this.#manifest(this.#of.tag);
    const one = isIndex(top.mediaType) ? await this.#manifest(this.#choose(top, architecture).digest) : top;
    const { config, layers } = this.#parsed(one, manifest);
    const blobs = [config, ...layers].map(async ({ digest }) => [digest, { path: await this.#blob(digest) }] as const);
    return { mediaType: one.mediaType, manifest: one.bytes, blobs: new Map(await Promise.all(blobs)) };
  }

  async layer({ mediaType, most }: WantedLayer): Promise<string> {
    const { words, tag: digest } = this.#of;
    const top = { name: words, url: this.#url(`manifests/${digest}`), digest, most: largestManifest };
    const headers = { accept: manifestTypes.join(', ') };
    const path =
      (await this.#downloads.kept(top)) ??
      (await this.#loggedIn((more) => ({ ...top, headers: { ...headers, ...more } })));
    const bytes = await readFile(path);
    const found = this.#parsed({ bytes, words }, manifest).layers.filter((one) => one.mediaType === mediaType);
    const [layer] = found;
    if (!layer || found.length > 1)
      throw new OtherThanWanted(`${words}: it has ${found.length || 'no'} layers of the type ${mediaType}`);
    const blob = { name: words, url: this.#url(`blobs/${layer.digest}`), digest: layer.digest, most };
    return (await this.#downloads.kept(blob)) ?? this.#loggedIn((headers) => ({ ...blob, headers }));
  }

  async #loggedIn(wanted: (headers: Record<string, string>) => Wanted): Promise<string> {
    await this.#logIn();
    return this.#downloads.file(wanted(this.#headers));
  }

  #url(path: string): string {
    const { registry, repository } = this.#of;
    return `https://${registry}/v2/${repository}/${path}`;
  }

  /** Anonymous, as everything here is public; a registry that wants a token even so says where it is to be had. */
  async #logIn(): Promise<void> {
    const { registry, repository, words: name } = this.#of;
    const asked = await this.#downloads.ask({ name, url: `https://${registry}/v2/` });
    if (asked.heard.status !== 401) return;
    const tokens = async (url: string): Promise<Answer> => answerOf(await this.#downloads.ask({ name, url }));
    this.#authorization = await challenged(answerOf(asked), `repository:${repository}:pull`, undefined, tokens);
  }

  get #headers(): Record<string, string> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  async #manifest(reference: string): Promise<{ mediaType: string; bytes: Buffer; words: string }> {
    const { words } = this.#of;
    const url = this.#url(`manifests/${reference}`);
    const { text, heard } = await this.#downloads.text({ name: words, url, headers: { ...this.#headers, accept } });
    const bytes = Buffer.from(text, 'utf8');
    const found = sha256Of(bytes);
    const said = reference.startsWith('sha256:') ? reference : heard.response.headers['docker-content-digest'];
    if (said !== undefined && said !== found)
      throw new DownloadFailed(`${words}: its manifest is ${found}, and the registry says ${String(said)}`);
    return { mediaType: heard.response.headers['content-type']?.split(';')[0] ?? '', bytes, words };
  }

  #choose(top: { bytes: Buffer; words: string }, architecture: string): Descriptor {
    const { manifests } = this.#parsed(top, index);
    const found = manifests.find((one) => isLinux(one) && architectureOf(one) === architecture);
    if (found) return found;
    const there = manifests.filter(isLinux).map(architectureOf).join(', ');
    throw new DownloadFailed(`${top.words}: there is none for ${architecture}, only for ${there || 'nothing'}`);
  }

  #parsed<T>({ bytes, words }: { bytes: Buffer; words: string }, schema: z.ZodType<T>): T {
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new DownloadFailed(`${words}: its manifest is no JSON`);
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new DownloadFailed(`${words}: its manifest is none: ${result.error.issues[0]?.message}`);
  }

  #blob(digest: string): Promise<string> {
    const name = `a blob of ${this.#of.words}`;
    return this.#downloads.file({ name, url: this.#url(`blobs/${digest}`), digest, headers: this.#headers });
  }
}

/** Attestations stand beside the images, for an unknown system. */
const isLinux = (one: Descriptor): boolean => (one['platform'] as { os?: string } | undefined)?.os === 'linux';

const answerOf = ({ text, heard: { status, response } }: { text: string; heard: Heard }): Answer => ({
  status,
  headers: response.headers,
  text,
});
