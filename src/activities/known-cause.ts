/** A program's own words for why it did not do its work, and what helps. */
interface KnownCause {
  /** One line of its output, without what programs put in front of it. */
  readonly words: string;
  readonly next: string;
}

const answer = ', then answer retry';

/**
 * What dnf 4 and rpm 4 say, as they said it when they were made to fail (test/steps/packages/dnf.test.ts); the first
 * that fits, as one cause brings others after it. dnf's last line often only says that something went wrong.
 */
const causes: readonly { readonly said: RegExp; readonly next: string }[] = [
  {
    said: /can't create transaction lock on .*/,
    next: `another rpm or dnf is at work on the host: let it end (fuser -v /var/lib/rpm/.rpm.lock names it)${answer}`,
  },
  {
    said: /sqlite failure: .*|cannot open Packages (?:database|index).*/,
    next: `rpm cannot read its database: copy /var/lib/rpm aside and try rpm --rebuilddb on the host${answer}`,
  },
  {
    said: /.*needs \S+ more space on .*|.*Failed writing received data to disk.*|.*No space left on device.*/,
    next: `make room on the host (df -h)${answer}`,
  },
  {
    said: /Package \S+ is not signed|Public key for \S+ is not installed.*|The GPG keys listed for .*|You have enabled checking of packages via GPG keys\b.*|GPG check FAILED/,
    next: `dnf is told to check signatures (gpgcheck) and cannot: let the repository's gpgkey name the key that its packages are signed with${answer}`,
  },
  {
    said: /.*checksum doesn't match.*|repomd\.xml parser error.*|.*Inconsistent server data.*|.*incorrect checksum.*/,
    next: `the repository's metadata and its packages do not fit each other, or came cut off: mend or synchronise it, then dnf clean metadata on the host${answer}`,
  },
  {
    said: /Curl error \(\d+\): .*|Status code: \d+ for .*/,
    next: `let the host reach its repository (dnf repolist -v names each), or correct it in /etc/yum.repos.d${answer}`,
  },
  {
    said: /Failed to download metadata for repo .*|No more mirrors to try.*/,
    next: `see on the host why its repository does not answer (dnf makecache)${answer}`,
  },
  {
    said: /Unable to find a match: .*/,
    next: `enable the repository that has it (dnf repolist --all), or install it by hand${answer}`,
  },
  {
    said: /nothing provides \S.* needed by \S.*|^\t\S.* is needed by \S+$/m,
    next: `give the host what is lacking: another of its repositories, or the package in the bundle's folder${answer}`,
  },
];

/** Undefined where the output has nothing that is known here. */
export function knownCause(output: string): KnownCause | undefined {
  for (const { said, next } of causes) {
    const words = said.exec(output)?.[0].trim();
    if (words) return { words, next };
  }
  return undefined;
}
