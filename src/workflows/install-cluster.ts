import {
  checkAddOns,
  checkHost,
  compareHosts,
  checkEndpoint,
  checkRegistry,
  pullImages,
  configureHaproxy,
  createVrrpPassword,
  configureKeepalived,
  checkVirtualAddress,
  layFiles,
  writeKubeadmDocuments,
  createCertificateAuthorities,
  copyCertificateAuthorities,
  createCertificates,
  obtainCertificates,
  checkMembership,
  layEtcdManifest,
  startEtcd,
  reconfigureEtcd,
  checkEtcd,
  initControlPlane,
  joinControlPlane,
  checkControlPlane,
  checkApiEndpoint,
  installCalico,
  installCniManifests,
  checkControlPlaneNodes,
  joinWorker,
  checkNodes,
  startWaitingPods,
  labelNodes,
  installAddOns,
  pointKubeProxyAtEndpoint,
  pointKubeletAtEndpoint,
  proveNetwork,
  checkComponents,
  checkCertificates,
  compareRecord,
  writeRecord,
  publishRecord,
} from '../steps/index.js';
import { addWorkers } from './add-workers.js';
import type { OperationInput, Report } from './messages.js';
import { operation } from './operation.js';
import { packagesAndRuntime, preparation } from './prepared-hosts.js';

/**
 * A highly available cluster out of bare hosts, in the seed's order; where the input names a subject, workers more for one that
 * stands. In mode `plan` only checks run and gates stand open.
 */
export async function installCluster(input: OperationInput): Promise<Report> {
  if (input.subject) return operation(input, 'install', addWorkers);
  return operation(input, 'install', async ({ stage, atOnce, gate }) => {
    await stage(
      'Preflight',
      checkHost,
      checkEndpoint,
      checkRegistry,
      checkAddOns,
      compareHosts,
      compareRecord,
      checkMembership,
    );
    await gate('before-changes', ...preparation, ...packagesAndRuntime, pullImages, configureHaproxy);
    await stage('Prepare hosts', ...preparation);
    await stage('Packages and runtime', ...packagesAndRuntime);
    await atOnce(
      () => stage('Images', pullImages),
      () => stage('Load balancer', configureHaproxy, createVrrpPassword, configureKeepalived, checkVirtualAddress),
      () =>
        stage(
          'Certificates',
          layFiles,
          writeKubeadmDocuments,
          createCertificateAuthorities,
          copyCertificateAuthorities,
          createCertificates,
          obtainCertificates,
          layEtcdManifest,
        ),
    );
    await stage('etcd', startEtcd, reconfigureEtcd, checkEtcd);
    await gate(
      'before-control-plane',
      initControlPlane,
      joinControlPlane,
      installCalico,
      installCniManifests,
      joinWorker,
    );
    await stage('Control plane', initControlPlane, joinControlPlane, checkControlPlane, checkApiEndpoint);
    await atOnce(
      () => stage('Network', installCalico, installCniManifests, checkControlPlaneNodes),
      () => stage('Workers', joinWorker),
    );
    await stage('Nodes', checkNodes, startWaitingPods, labelNodes, installAddOns);
    await gate('before-switch-over', pointKubeProxyAtEndpoint, pointKubeletAtEndpoint);
    await stage('Switch over', pointKubeProxyAtEndpoint, pointKubeletAtEndpoint);
    await atOnce(
      () => stage('Health', checkNodes, checkComponents, checkEtcd, checkCertificates),
      () => stage('Proof', proveNetwork),
    );
    await stage('Record', writeRecord, publishRecord);
  });
}
