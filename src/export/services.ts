import { fieldsAt, into, listAt, missing, take, textAt } from './fields.js';
import { takeAnnotation } from './metadata.js';
import type { Change } from './notes.js';

/** Ports that an API server gives by default (--service-node-port-range). */
const range = { from: 30000, to: 32767 };

export const service: Change = (object, notes) => {
  const spec = into(object, 'spec');
  if (spec['clusterIP'] !== 'None') {
    delete spec['clusterIP'];
    delete spec['clusterIPs'];
  }
  for (const key of ['healthCheckNodePort', 'topologyKeys', 'ipFamily']) delete spec[key];
  const ready = takeAnnotation(object.metadata, 'service.alpha.kubernetes.io/tolerate-unready-endpoints');
  if (ready !== undefined) {
    if (ready === 'true') spec['publishNotReadyAddresses'] = true;
    notes.change('annotation service.alpha.kubernetes.io/tolerate-unready-endpoints is spec.publishNotReadyAddresses');
  }
  const sources = takeAnnotation(object.metadata, 'service.beta.kubernetes.io/load-balancer-source-ranges');
  if (typeof sources === 'string') {
    if (missing(spec, 'loadBalancerSourceRanges'))
      spec['loadBalancerSourceRanges'] = sources.split(',').map((one) => one.trim());
    notes.change('annotation service.beta.kubernetes.io/load-balancer-source-ranges is spec.loadBalancerSourceRanges');
  }
  for (const stage of ['alpha', 'beta']) {
    const key = `service.${stage}.kubernetes.io/external-traffic`;
    const external = takeAnnotation(object.metadata, key);
    takeAnnotation(object.metadata, `service.${stage}.kubernetes.io/healthcheck-nodeport`);
    if (external === undefined) continue;
    spec['externalTrafficPolicy'] ??= external === 'OnlyLocal' ? 'Local' : 'Cluster';
    notes.change(`annotation ${key} is spec.externalTrafficPolicy`);
  }
  for (const port of listAt(spec, 'ports')) {
    const node = port['nodePort'];
    if (typeof node === 'number' && node > 0 && (node < range.from || node > range.to))
      notes.hand(
        `nodePort ${node} is outside of ${range.from} to ${range.to}: give the API server a service-node-port-range with it, or take another`,
      );
  }
  if (textAt(spec, 'type') === 'LoadBalancer')
    notes.hand('of type LoadBalancer: something in the new cluster has to give it an address, and that is another one');
  if (Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0)
    notes.hand('has externalIPs: they lead to nodes of the old cluster');
  if (textAt(spec, 'type') === 'ExternalName') delete spec['clusterIP'];
};

/** Those that a person made, for a Service without a selector. */
export const endpoints: Change = (object, notes) => {
  for (const subset of listAt(object, 'subsets'))
    for (const address of ['addresses', 'notReadyAddresses'].flatMap((key) => listAt(subset, key)))
      if (fieldsAt(address, 'targetRef')) take(address, 'targetRef');
  notes.know('v1 Endpoints are served and deprecated (1.33): an EndpointSlice is what came after them');
  notes.hand('names addresses by hand: see that they are reached from the new cluster');
};
