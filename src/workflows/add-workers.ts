import {
  checkApiEndpoint,
  checkCertificates,
  checkHost,
  checkNodes,
  checkRegistry,
  compareHosts,
  compareRecord,
  configureHaproxy,
  joinWorker,
  labelNodes,
  layFiles,
  obtainCertificates,
  pointKubeletAtEndpoint,
  proveNetwork,
  publishRecord,
  pullImages,
  writeRecord,
} from '../steps/index.js';
import type { Hand } from './operation.js';
import { packagesAndRuntime, preparation } from './prepared-hosts.js';

/**
 * Workers more for a cluster that stands, in the order of its install. Control planes are asked what the cluster says of
 * the new nodes, and are given its record; nothing is asked of any other worker. See docs/decisions/0022-a-run-about-some-hosts.md.
 */
export async function addWorkers({ stage, atOnce, gate }: Hand): Promise<void> {
  await stage('Preflight', checkHost, checkRegistry, compareHosts, compareRecord);
  await gate('before-changes', ...preparation, ...packagesAndRuntime, pullImages, configureHaproxy);
  await stage('Prepare hosts', ...preparation);
  await stage('Packages and runtime', ...packagesAndRuntime);
  await atOnce(
    () => stage('Images', pullImages),
    // Where every node has a load balancer of its own.
    () => stage('Load balancer', configureHaproxy),
    () => stage('Certificates', layFiles, obtainCertificates),
  );
  await gate('before-control-plane', joinWorker);
  await stage('Workers', checkApiEndpoint, joinWorker);
  await stage('Nodes', checkNodes, labelNodes);
  await gate('before-switch-over', pointKubeletAtEndpoint);
  await stage('Switch over', pointKubeletAtEndpoint);
  await atOnce(
    () => stage('Health', checkNodes, checkCertificates),
    () => stage('Proof', proveNetwork),
  );
  await stage('Record', writeRecord, publishRecord);
}
