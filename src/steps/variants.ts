import type { Cluster } from '../cluster/cluster.js';
import { isSeed } from '../cluster/seed-profile.js';
import * as steps from './index.js';
import type { Step } from './step.js';

/**
 * What an install of the seed's own cluster does in place of a step of today's, in its order; nothing where Kubernetes 1.9 has
 * no such thing. A step that is not named here is the same for both.
 */
const ofSeed: ReadonlyMap<Step, readonly Step[]> = new Map([
  [steps.setKernelParameters, [steps.setBridgeParameters]],
  [steps.configureSelinux, []],
  [steps.configureContainerd, [steps.configureDocker]],
  [steps.configureKubelet, [steps.configureKubeletOfDocker]],
  [steps.pullImages, [steps.pullDockerImages]],
  [steps.writeKubeadmDocuments, [steps.writeMasterConfiguration]],
  [steps.createCertificateAuthorities, [steps.createSharedCertificates]],
  [steps.createCertificates, [steps.createEtcdCertificates, steps.startMasterKubelet]],
  [steps.obtainCertificates, [steps.renewMasterCertificates]],
  [steps.layEtcdManifest, [steps.layEtcdPod]],
  [steps.startEtcd, [steps.startEtcdPod]],
  [steps.reconfigureEtcd, []],
  [steps.initControlPlane, [steps.initMaster]],
  [steps.joinControlPlane, []],
  [steps.checkControlPlane, [steps.checkMaster]],
  [steps.installCalico, [steps.installEtcdCalico]],
  [steps.installCniManifests, []],
  [steps.startWaitingPods, []],
  [steps.joinWorker, [steps.joinWithToken]],
  [steps.installAddOns, [steps.installAddOnsOfSeed]],
  [steps.pointKubeProxyAtEndpoint, [steps.restartKubeProxy]],
  [steps.pointKubeletAtEndpoint, [steps.pointEveryKubeletAtEndpoint]],
]);

/** The steps that the cluster's profile has for one of an operation's. */
export const variantsOf = (cluster: Pick<Cluster, 'profile'>, step: Step): readonly Step[] =>
  (isSeed(cluster) ? ofSeed.get(step) : undefined) ?? [step];

/** Steps that no other profile has. */
export const ofSeedOnly = (): Step[] => [...ofSeed.values()].flat();
