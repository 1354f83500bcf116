import { z } from 'zod';

export const part = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
export const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'a DNS label: lower-case letters, digits and hyphens, 63 at most (RFC 1123)',
  );
export const ipv4 = z.ipv4('an IPv4 address such as 10.0.0.11');
export const cidr = z.cidrv4('an IPv4 network such as 192.168.0.0/16');
export const port = z.int().min(1).max(65535);
/** DNS name: labels of 63 characters at most, 253 in all (RFC 1035). */
export const dnsName = `(?=[^:/]{1,253}([:/]|$))${part}(\\.${part})*`;
export const path = z.string().min(1);
/** A secret is never written into the spec, only where it lies: `env:NAME` or `file:PATH`. */
export const secret = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:.+)$/, 'a reference to a secret: env:NAME or file:PATH');
