/** Names that a field had, or has in people's minds, by the field's place: too far from today's for their spelling to tell. */
const formerNames: Readonly<Record<string, string>> = {
  kubernetes: 'kubernetesVersion',
  version: 'kubernetesVersion',
  endpoint: 'controlPlaneEndpoint',
  network: 'networking',
  registry: 'source.registry',
  'networking.pods': 'podSubnet',
  'networking.services': 'serviceSubnet',
  'networking.domain': 'dnsDomain',
  'networking.proxy': 'kubeProxyMode',
};

/** What a key is called today, where it once had another name. */
export const presentName = (path: readonly PropertyKey[], key: string): string | undefined =>
  formerNames[[...path, key].join('.')];
