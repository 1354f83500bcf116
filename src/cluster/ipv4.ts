/** An IPv4 network in numbers: first address and how many there are. */
export interface Network {
  readonly first: number;
  readonly size: number;
}

export const addressNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** `10.0.0.0/8`, or the network of that prefix around an address. */
export function networkOf(cidr: string): Network {
  const [address = '', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  return { first: Math.floor(addressNumber(address) / size) * size, size };
}

export const contains = ({ first, size }: Network, address: string): boolean =>
  addressNumber(address) >= first && addressNumber(address) < first + size;

export const overlap = (one: Network, other: Network): boolean =>
  one.first < other.first + other.size && other.first < one.first + one.size;
