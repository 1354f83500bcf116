// Own code of some lines, not a library: this folder imports nothing but zod, and rules and certificates need little of it.

export type Family = 4 | 6;

/** Bits of an address. */
const bits = { 4: 32, 6: 128 } as const;

/** A network in numbers: first address and how many there are. Networks of different families have nothing in common. */
export interface Network {
  readonly family: Family;
  readonly first: bigint;
  readonly size: bigint;
  readonly prefix: number;
}

export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4);

/** An address as a number; `address` must be one (schema/names.ts). */
export function addressNumber(address: string): bigint {
  if (familyOf(address) === 4) return joined(address.split('.').map(Number), 8n);
  const [left = [], right] = address.split('::').map((side) => (side === '' ? [] : side.split(':').flatMap(group)));
  if (!right) return joined(left, 16n);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return joined([...left, ...zeros, ...right], 16n);
}

/** One group of an IPv6 address; the last two may be written as IPv4 (RFC 4291, 2.2). */
function group(text: string): number[] {
  if (!text.includes('.')) return [Number.parseInt(text, 16)];
  const number = Number(addressNumber(text));
  return [Math.floor(number / 65536), number % 65536];
}

const joined = (parts: readonly number[], width: bigint): bigint =>
  parts.reduce((sum, part) => (sum << width) + BigInt(part), 0n);

/** The address of a number, IPv6 as RFC 5952 has it: lower case, the longest run of zeros left out, the first of two. */
export function addressText(family: Family, number: bigint): string {
  const width = family === 4 ? 8n : 16n;
  const parts = Array.from({ length: family === 4 ? 4 : 8 }, (_, index, count = family === 4 ? 3 : 7) =>
    ((number >> (width * BigInt(count - index))) & ((1n << width) - 1n)).toString(family === 4 ? 10 : 16),
  );
  if (family === 4) return parts.join('.');
  const text = parts.join(':');
  const runs = [...text.matchAll(/\b0(?::0\b)+/g)].sort((one, other) => other[0].length - one[0].length);
  const [run] = runs;
  if (!run) return text;
  const [before, after] = [text.slice(0, run.index), text.slice(run.index + run[0].length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

/** An address as it is written for good: programs print it so, and comparing two of them compares texts. */
export const canonical = (address: string): string => addressText(familyOf(address), addressNumber(address));

/** `10.0.0.0/8`, or the network of that prefix around an address. */
export function networkOf(cidr: string): Network {
  const [address = '', length] = cidr.split('/');
  const family = familyOf(address);
  const prefix = Number(length ?? bits[family]);
  const size = 1n << BigInt(bits[family] - prefix);
  return { family, first: (addressNumber(address) / size) * size, size, prefix };
}

export const contains = ({ family, first, size }: Network, address: string): boolean =>
  familyOf(address) === family && addressNumber(address) >= first && addressNumber(address) < first + size;

export const overlap = (one: Network, other: Network): boolean =>
  one.family === other.family && one.first < other.first + other.size && other.first < one.first + one.size;

/** A name or address as URLs and `host:port` have it: IPv6 in brackets (RFC 3986). */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Unique local addresses (RFC 4193), which no router of the internet forwards. */
export const isUniqueLocal = (address: string): boolean => contains(networkOf('fc00::/7'), address);

/** What a node may have: global or unique local, not of one link, multicast or loopback (RFC 4291, 2.4). */
export const isNodeAddress = (address: string): boolean =>
  isUniqueLocal(address) || contains(networkOf('2000::/3'), address);
