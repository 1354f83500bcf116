import { z } from 'zod';
import { addressText, canonical, isNodeAddress, networkOf } from '../ip.js';

export const part = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
/** Repository of a registry (OCI distribution specification, pulling). */
export const repositoryPath = '[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*';
export const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'a DNS label: lower-case letters, digits and hyphens, 63 at most (RFC 1123)',
  );
export const ipv4 = z.ipv4({
  error: ({ input }) =>
    z.ipv6().safeParse(input).success
      ? 'an IPv4 address such as 10.0.0.11: clusters of IPv6 alone are not built yet; beside IPv4, a node’s IPv6 address is hosts[].secondaryAddress'
      : 'an IPv4 address such as 10.0.0.11',
});
/** Written in one way only, so that it equals what the host's own programs print (RFC 5952). */
export const ipv6 = z
  .ipv6({ error: 'an IPv6 address such as fd00::11', abort: true })
  .refine(
    (address) => canonical(address) === address && isNodeAddress(address),
    'a global or unique local IPv6 address in its shortest form and in lower case (RFC 5952), such as fd00::11',
  );

const isCidr6 = (text: string): boolean => {
  if (!z.cidrv6().safeParse(text).success) return false;
  const { family, first, prefix } = networkOf(text);
  return `${addressText(family, first)}/${prefix}` === text && isNodeAddress(addressText(family, first));
};
/** kubeadm's own form: one network, or one of each family, with a comma and no space between. */
export const subnets = z
  .string()
  .regex(new RegExp(`^${z.regexes.cidrv4.source.slice(1, -1)}(,[\\da-f:]+/\\d{1,3})?$`), {
    error:
      'an IPv4 network such as 192.168.0.0/16, or one of each family, IPv4 first: "192.168.0.0/16,fd00:192:168::/48"',
    abort: true,
  })
  .refine((value) => {
    const [, second] = value.split(',');
    return second === undefined || isCidr6(second);
  }, 'after the comma an IPv6 network in its shortest form (RFC 5952), global or unique local, such as fd00:192:168::/48');
export const port = z.int().min(1).max(65535);
/** DNS name: labels of 63 characters at most, 253 in all (RFC 1035). */
export const dnsName = `(?=[^:/]{1,253}([:/]|$))${part}(\\.${part})*`;
export const path = z.string().min(1);
/** A secret is never written into the spec, only where it lies: `env:NAME` or `file:PATH`. */
export const secret = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:.+)$/, 'a reference to a secret: env:NAME or file:PATH');
