import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** Bytes that can be given from any place on. */
export interface Content {
  /** Bytes. */
  readonly size: number;
  readonly stream: (from: number) => Readable;
}

export const bytes = (of: Buffer | string): Content => {
  const all = Buffer.from(of);
  return { size: all.length, stream: (from) => Readable.from([all.subarray(from)]) };
};

export const fileContent = async (path: string): Promise<Content> => ({
  size: (await stat(path)).size,
  stream: (start) => createReadStream(path, { start }),
});

export async function sha256(content: Content): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content.stream(0)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** What lies at an address: something, or the way to another address. */
export type Page = Content | { readonly redirect: string };

/** An image as a registry has it. */
export interface SiteImage {
  readonly mediaType: string;
  /** Manifest, or index; what an index names is in `manifests`. */
  readonly top: Content;
  readonly manifests: Readonly<Record<string, { readonly mediaType: string; readonly content: Content }>>;
  /** Config and layers, by digest. */
  readonly blobs: Readonly<Record<string, Content>>;
}

/** A registry under its official name. */
export interface Registry {
  /** By `coredns/coredns:v1.14.6`. */
  readonly images: Readonly<Record<string, SiteImage>>;
  /** Where it sends those who want a blob. */
  readonly blobsAt: string;
  /** Address of the service that gives its tokens, where it wants them of everybody. */
  readonly tokensAt?: string;
}

/** Everything there is: pages by address, registries by host. */
export interface Sites {
  readonly pages: Readonly<Record<string, Page>>;
  readonly registries: Readonly<Record<string, Registry>>;
}

/** Every host name that the sites answer to. */
export const namesOf = ({ pages, registries }: Sites): string[] => {
  const addresses = [
    ...Object.entries(pages).flatMap(([url, page]) => ('redirect' in page ? [url, page.redirect] : [url])),
    ...Object.values(registries).flatMap(({ blobsAt, tokensAt }) => [blobsAt, ...(tokensAt ? [tokensAt] : [])]),
  ];
  return [...new Set([...addresses.map((url) => new URL(url).hostname), ...Object.keys(registries)])].sort();
};
