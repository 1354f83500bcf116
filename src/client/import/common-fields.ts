import type { Field } from './field.js';
import type { Ledger, Place } from './ledger.js';
import { whyNot, type Reasons } from './reasons.js';
import type { Setting } from './settings.js';

export const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}(?<!\.)$/;

interface Addresses {
  /** Name of the tool, and where it logs in. */
  readonly tool: string;
  readonly login: string | undefined;
  /** Where the other hosts reach the host, if the file tells that apart. */
  readonly node: string | undefined;
  readonly place: Place;
}

/** The address of a host among the others, and where logins go if that is elsewhere; notes where a person has to find it out. */
export function addressesOf(
  host: string,
  { tool, login, node, place }: Addresses,
  ledger: Ledger,
): { readonly address: string | undefined; readonly elsewhere: string | undefined } {
  const found = node ?? login;
  if (found === undefined || !ipv4.test(found)) {
    ledger.fill(
      `hosts.${host}`,
      `${tool} reaches ${host} ${found ? `as ${found}` : 'at no address that its file tells'}; kha wants its IPv4 address`,
      place,
    );
    return { address: undefined, elsewhere: undefined };
  }
  return { address: found, elsewhere: login === found ? undefined : login };
}

/** A proxy's URL; one with a password is a secret that the spec must not hold. */
export function proxyUrl(
  name: string,
  url: string | undefined,
  place: Place | undefined,
  ledger: Ledger,
): string | undefined {
  if (!url || !/:\/\/[^/]*@/.test(url)) return url;
  ledger.fill('proxies', `${name} holds a user or password: put the whole URL into a file, and write file:PATH`, place);
  return undefined;
}

export const listed = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** A network, or the default that the tool itself would have taken, and says so. */
export function networkOr(field: Field, fallback: string, tool: string, ledger: Ledger): string {
  const found = field.words();
  if (found === undefined) ledger.told('networking', `no ${field.name}: this is ${tool}’s default, ${fallback}`);
  // Two of them, with a comma between, are a dual-stack cluster's.
  const [first, ...others] = listed(found) ?? [fallback];
  if (others.length > 0)
    ledger.told(
      'networking',
      `${field.name}: ${others.join(', ')} was left out; add it after a comma, and a secondaryAddress to every host`,
      field.place,
    );
  return first ?? fallback;
}

/** `v1.37.2` of `1.37.2`, `1.37.2+k0s.0` and the like. */
export function kubernetesVersion(field: Field, tool: string, ledger: Ledger): string | undefined {
  const found = field.words();
  const [, version] = /^v?(1\.\d+\.\d+)(?:[+-].*)?$/.exec(found ?? '') ?? [];
  if (version === undefined)
    ledger.fill(
      'kubernetesVersion',
      found === undefined ? `${tool}’s file names no version` : `${found} is no version of Kubernetes`,
      found === undefined ? undefined : field.place,
    );
  else if (!/^v?[\d.]+$/.test(found!))
    ledger.told('kubernetesVersion', `this was ${found}; kha installs the release itself`, field.place);
  return version && `v${version}`;
}

/** Says of a field that has one value with kha where the file has another. */
export function only(field: Field, wanted: RegExp, section: string, words: string, ledger: Ledger): void {
  const found = field.words();
  if (found !== undefined && !wanted.test(found))
    ledger.told(section, `${field.name} is ${found}: ${words}`, field.place);
}

/** Tells whatever nobody asked for. */
export function tellRest(documents: readonly Field[], ledger: Ledger, reasons: Reasons): void {
  for (const field of documents.flatMap((one) => one.untaken())) {
    const path = field.path.join('.');
    ledger.left(`${path}: ${field.shown()}`, field.place, whyNot(reasons, path));
  }
}

/** A field as a setting of its name; `name` where that is no name by itself. */
export const setting = (field: Field, name = field.name): Setting => ({
  name,
  value: field.words(),
  place: field.there ? field.place : undefined,
});
