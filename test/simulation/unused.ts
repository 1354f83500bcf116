import { Bundles } from '../../src/activities/bundles.js';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { Relay } from '../../src/activities/relay.js';

/** What a worker lends activities besides hosts, for clusters as the recorded one: it has a registry, and no add-ons. */
export const unused = (): Pick<Dependencies, 'bundles' | 'relay' | 'makeManifest' | 'imagesIn'> => ({
  bundles: new Bundles(() => Promise.reject(new Error('the lab has a registry'))),
  relay: new Relay(),
  makeManifest: () => Promise.reject(new Error('no add-on has an address')),
  imagesIn: () => [],
});
