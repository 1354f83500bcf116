export interface WantedPackage {
  readonly name: string;
  /** As the host's own program writes it, an epoch before a colon. */
  readonly version: string;
  /** As packages of its kind name it: `amd64` or `x86_64`; `all` or `noarch`. */
  readonly architecture: string;
}

/** A package that the host has. */
export interface PackageState {
  readonly version: string;
  /** Somebody keeps it at its version: `apt-mark hold`, dpkg's own selection, dnf's version lock or excludes. */
  readonly held: boolean;
  /** Whole; an interrupted dpkg leaves a package half-way, an interrupted rpm leaves the old one beside the new one. */
  readonly complete: boolean;
  /** What is there, beside what is wanted, by the order of versions of the host's own program. */
  readonly is: 'older' | 'equal' | 'newer';
}
