import { z } from 'zod';
import { lockSchema } from '../lock.js';
import { dnsName, path, repositoryPath, secret } from './names.js';

const repository = z
  .string()
  .max(255)
  .regex(new RegExp(`^${repositoryPath}$`), 'a repository such as kha/bundle');

const address = z
  .string()
  .regex(new RegExp(`^${dnsName}(:\\d{1,5})?(/|$)`, 'i'), 'host, host:port or host/path, without a scheme')
  .regex(
    new RegExp(`^[^/]*(/${repositoryPath})?$`),
    'host, host:port or host/path; a path is lower-case letters, digits, and . _ - between them',
  );

const registry = z.strictObject({
  address: address.describe('The registry, and the path in it below which everything lies'),
  plainHttp: z.boolean().default(false),
  ca: path.describe('CA certificate (PEM) that signed the registry’s certificate').optional(),
  credentials: z.strictObject({ username: z.string().min(1), password: secret }).optional(),
  bundle: repository.describe('Repository of the bundle artifact in this registry').default('kha/bundle'),
  images: z
    .record(
      z
        .string()
        .regex(
          new RegExp(`^${dnsName}(/${repositoryPath})?$`),
          'an upstream name, or its beginning: registry.k8s.io/kube-proxy, quay.io/calico, registry.k8s.io',
        ),
      repository,
    )
    .describe('Repositories of images that this registry has under names of its own, by their upstream names')
    .default({}),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .describe('Pins the bundle to one manifest')
    .optional(),
});

/** The digest of its index.json, which names all else by digest. */
const indexDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest: sha256: and 64 hexadecimal digits');
const bundleFile = z.strictObject({
  path: path.describe('The bundle; it lies where kha’s worker runs'),
  key: path.describe('Public key (PEM, Ed25519) that it must be signed with').optional(),
  unsigned: z.literal(true).describe('Take a bundle that nobody signed').optional(),
  digest: indexDigest.describe('Pins the bundle: SHA-256 of its index.json; found by kha if left out').optional(),
});

const internet = z.strictObject({
  lock: z
    .union([path, lockSchema])
    .describe('File with the URL and SHA-256 of everything, as kha bundle lock writes it; resolved by kha if left out')
    .optional(),
  architectures: z
    .array(z.enum(['amd64', 'arm64']))
    .min(1)
    .describe('Those of the hosts, where kha resolves the lock')
    .default(['amd64']),
  ca: path.describe('CA certificate (PEM) to believe besides the known ones: of a proxy that opens TLS').optional(),
  mirrors: z
    .record(
      z.string().regex(new RegExp(`^${dnsName}$`), 'the name of a registry, such as registry.k8s.io or quay.io'),
      address,
    )
    .describe('Registries that are asked in place of others, by the others’ names')
    .default({}),
});

export const source = z
  .strictObject({
    internet: internet.describe('The official downloads and registries, which hosts ask themselves').optional(),
    registry: registry.describe('Private registry with the images and the bundle').optional(),
    file: bundleFile.describe('Bundle that kha serves to the hosts through their SSH connections').optional(),
  })
  .describe('Where packages and images come from; the internet if left out')
  .prefault({ internet: {} });
