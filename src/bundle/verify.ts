import { blobName, BundleRefused, type Archive } from './archive.js';
import { annotations, architectureOf, index, isIndex, isManifest, manifest, refOf, type Descriptor } from './oci.js';
import { demandSignature, signatureName, signatureSchema } from './signature.js';
import { digestOf } from './tar.js';

/** `unsigned`: a bundle that nobody signed is taken too. */
export type Trust = { readonly key: string } | { readonly unsigned: true };

/**
 * Proves every byte of a bundle: each part has the digest that something names it by, nothing is missing, nothing is over,
 * the description says what is there, and the signature is the key’s. Throws BundleRefused with every problem found.
 */
export async function verifyArchive(archive: Archive, trust: Trust): Promise<void> {
  const parts = await partsOf(archive);
  const problems = await contents(archive, parts);
  problems.push(...described(archive));
  if (problems.length > 0)
    throw new BundleRefused(`${archive.path} is not whole:\n${problems.map((one) => `  ${one}`).join('\n')}`);
  if (archive.places.has(signatureName)) {
    if ('unsigned' in trust) return;
    const signature = await archive.document(signatureName, signatureSchema);
    await demandSignature(await archive.bytes('index.json'), signature, trust.key);
  } else if (!('unsigned' in trust)) throw new BundleRefused(`${archive.path} is not signed`);
}

interface Named extends Descriptor {
  /** As people know it: `bin/amd64/kubeadm`, `layer 1 of kube-proxy:v1.37.2`. */
  readonly words: string;
}

/** Everything that index and manifests name. */
export async function partsOf(archive: Archive): Promise<Named[]> {
  const all = archive.index.manifests.map((one) => partsOfManifest(archive, one, refOf(one)));
  return (await Promise.all(all)).flat();
}

/** A manifest and what it names; of an index, that of every architecture. */
async function partsOfManifest(archive: Archive, descriptor: Descriptor, ref: string): Promise<Named[]> {
  const self = { ...descriptor, words: `the manifest of ${ref}` };
  const name = blobName(descriptor.digest);
  if (!archive.places.has(name)) return [self];
  if (isIndex(descriptor.mediaType)) {
    const { manifests } = await archive.document(name, index);
    const inner = manifests.map((one) => partsOfManifest(archive, one, `${ref} (${architectureOf(one)})`));
    return [self, ...(await Promise.all(inner)).flat()];
  }
  if (!isManifest(descriptor.mediaType)) return [self];
  const { config, layers } = await archive.document(name, manifest);
  return [
    self,
    { ...config, words: `the config of ${ref}` },
    ...layers.map((layer, at) => ({
      ...layer,
      words: layer.annotations?.[annotations.title] ?? `layer ${at + 1} of ${ref}`,
    })),
  ];
}

async function contents(archive: Archive, parts: readonly Named[]): Promise<string[]> {
  const problems: string[] = [];
  const names = new Map<string, string>([
    ['oci-layout', ''],
    ['index.json', ''],
    [signatureName, ''],
  ]);
  for (const { digest, size, words } of parts) {
    const name = blobName(digest);
    if (names.has(name)) continue;
    names.set(name, words);
    const place = archive.places.get(name);
    if (!place) problems.push(`${words} is missing (${digest})`);
    else if (place.size !== size) problems.push(`${words} has ${place.size} bytes instead of ${size}`);
    else if ((await digestOf(archive.stream(name))) !== digest)
      problems.push(`${words} was altered: it is not ${digest}`);
  }
  const over = [...archive.places.keys()].filter((name) => !names.has(name));
  return [...problems, ...over.map((name) => `${name} is in it, and nothing names it`)];
}

/** Where the description and what is there differ. */
function described({ description, artifact, index: top }: Archive): string[] {
  const files = new Map(
    artifact.manifest.layers.map((layer) => [layer.annotations?.[annotations.title] ?? '', layer.digest]),
  );
  const images = new Map(
    top.manifests.filter((one) => one.digest !== artifact.descriptor.digest).map((one) => [refOf(one), one.digest]),
  );
  const wanted = Object.entries(description.files).map(([name, { digest }]) => [name, digest] as const);
  return [
    ...differences(wanted, files),
    ...differences(Object.entries(description.images), images),
    ...Object.entries(description.addOns ?? {}).flatMap(([name, runs]) => [
      ...(files.has(`manifests/${name}.yaml`) ? [] : [`the add-on ${name} has no manifest`]),
      ...Object.values(runs).flatMap((image) =>
        images.has(image) ? [] : [`${image}, which the add-on ${name} runs, is missing`],
      ),
    ]),
  ];
}

function differences(described: readonly (readonly [string, string])[], there: ReadonlyMap<string, string>): string[] {
  const names = new Set(described.map(([name]) => name));
  return [
    ...described.flatMap(([name, digest]) =>
      there.get(name) === digest ? [] : [`${name} is ${there.get(name) ?? 'missing'}, its description says ${digest}`],
    ),
    ...[...there.keys()].filter((name) => !names.has(name)).map((name) => `${name} is not in its description`),
  ];
}
