import type { GivenAuthority } from '../cluster/given-authorities.js';

/** What a certificate may be used for (RFC 5280, 4.2.1.12), as OpenSSL writes it. */
export type Usage = 'serverAuth' | 'clientAuth';

/** What a signed certificate has to be. */
export interface WantedCertificate {
  readonly authority: GivenAuthority;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** DNS names and IPv4 addresses that it must be good for. */
  readonly names: readonly string[];
  readonly usages: readonly Usage[];
  /** The public key that was asked with, as the fact `keyPairs` tells it. */
  readonly key: string;
  /** For how long it must be valid from now on, at least; milliseconds. */
  readonly least: number;
}

/** What came back: nothing yet where there is neither a certificate nor a flaw. */
export interface Signed {
  /** PEM, that one certificate, of which nothing was found wrong. */
  readonly cert?: string;
  /** Why it is not the one that was asked for, in words. */
  readonly flaws: readonly string[];
}

/**
 * Lent by the worker, where the key of an authority stays away: the folder through which requests go out and certificates
 * come back. Paths are below it and have no ending: `.csr` is the request, `.crt` the certificate.
 */
export interface Requests {
  /** For people: the folder, and the machine that it is on. */
  readonly place: string;
  /** What keeps the folder from being used, in words; nothing is written to find out. */
  flaws(): Promise<string[]>;
  /** The request that lies there, PEM. Throws FolderUnusable where that cannot be told. */
  request(path: string): Promise<string | undefined>;
  signed(path: string, wanted: WantedCertificate): Promise<Signed>;
}

export interface RequestsToWrite extends Requests {
  /**
   * Lays a request there, whole or not at all. A certificate beside it that is of another key than `key` answers an older
   * request: it becomes `.crt.old`. Throws FolderUnusable where it cannot be written.
   */
  ask(path: string, csr: string, key: string): Promise<void>;
  /** Lays a text for people there. Throws the same. */
  note(path: string, text: string): Promise<void>;
}
