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
/** With a task queue's longest name before it within 255 characters, to which servers may be set (limit.maxIDLength). */
export const siteName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/,
    'a site’s name such as berlin: lower-case letters, digits and hyphens, 50 at most',
  );
const shortestIpv6 =
  'a global or unique local IPv6 address in its shortest form and in lower case (RFC 5952), such as fd00::11';
/** Written in one way only, so that it equals what the host's own programs print (RFC 5952). */
export const ipv6 = z
  .ipv6({ error: 'an IPv6 address such as fd00::11', abort: true })
  .refine((address) => canonical(address) === address && isNodeAddress(address), shortestIpv6);

const either = new RegExp(`${z.regexes.ipv4.source}|^[\\da-f]*:[\\da-f:.]*$`, 'i');
/** Of a host or of the API; that all of a cluster are of one family is a rule (network-rules.ts). */
export const nodeAddress = z
  .string()
  .regex(either, { error: 'an IPv4 address such as 10.0.0.11, or an IPv6 address such as fd00::11', abort: true })
  .refine((address) => !address.includes(':') || ipv6.safeParse(address).success, {
    error: shortestIpv6,
    abort: true,
  });

const isCidr6 = (text: string): boolean => {
  if (!z.cidrv6().safeParse(text).success) return false;
  const { family, first, prefix } = networkOf(text);
  return `${addressText(family, first)}/${prefix}` === text && isNodeAddress(addressText(family, first));
};
const cidr4 = z.regexes.cidrv4.source.slice(1, -1);
const like6 = '[\\da-f:]+/\\d{1,3}';
/** kubeadm's own form: one network, or one of each family, with a comma and no space between. */
export const subnets = z
  .string()
  .regex(new RegExp(`^(?:${cidr4}(,${like6})?|${like6})$`), {
    error:
      'an IPv4 network such as 192.168.0.0/16, an IPv6 one such as fd00:192:168::/48, or one of each family, IPv4 first: "192.168.0.0/16,fd00:192:168::/48"',
    abort: true,
  })
  .refine((value) => value.split(',').every((one) => !one.includes(':') || isCidr6(one)), {
    error: 'IPv6 networks in their shortest form (RFC 5952), global or unique local, such as fd00:192:168::/48',
    abort: true,
  });
export const port = z.int().min(1).max(65535);
/** DNS name: labels of 63 characters at most, 253 in all (RFC 1035). */
export const dnsName = `(?=[^:/]{1,253}([:/]|$))${part}(\\.${part})*`;
export const path = z.string().min(1);
/** A secret is never written into the spec, only where it lies: `env:NAME` or `file:PATH`. */
export const secret = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:.+)$/, 'a reference to a secret: env:NAME or file:PATH');
