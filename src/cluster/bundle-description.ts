import { z } from 'zod';

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest: sha256: and 64 hexadecimal digits');

const part = z.strictObject({
  digest,
  /** Bytes. */
  size: z.int().nonnegative(),
  /** Where it comes from: a download’s URL, or a module and its version. */
  origin: z.string(),
  /** SPDX expression. */
  licence: z.string(),
});

/** What a bundle holds: the config document of its artifact. */
export const descriptionSchema = z.strictObject({
  schema: z.literal(2),
  kubernetes: z.string().regex(/^v\d+\.\d+\.\d+$/),
  /** Versions of what goes with it, by name: containerd, etcd, coredns, pause, calico. */
  versions: z.record(z.string(), z.string()),
  /** What it has packages and programs for. */
  systems: z
    .array(
      z.strictObject({
        os: z.string().regex(/^[a-z]+-[\d.]+$/, 'a system such as debian-13'),
        arch: z.enum(['amd64', 'arm64']),
      }),
    )
    .min(1),
  /** Digest of the manifest by `name:tag`. */
  images: z.record(z.string(), digest),
  /** By name: `bin/ARCH/kubeadm`, `deb/OS/FILE.deb`, `rpm/OS/FILE.rpm`, `manifests/calico.yaml`. */
  files: z.record(z.string().regex(/^[\w.+~%@-]+(\/[\w.+~%@-]+)*$/, 'a plain relative path'), part),
  /** By an add-on of its own making, `manifests/NAME.yaml`: the images that it runs, each name on hosts with that in `images`. */
  addOns: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
export type Description = z.output<typeof descriptionSchema>;
export type Part = z.output<typeof part>;
