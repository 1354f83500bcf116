import type { Looked } from '../../../src/steps/preflight/host-problems.js';

/** A host on which nothing is wrong, `m1` of test/clusters.ts unless told. */
export const survey = (more: Partial<Looked> = {}): Looked => ({
  user: 0,
  init: 'systemd',
  os: 'debian-13',
  arch: 'amd64',
  packages: { deb: 'amd64' },
  cpus: 2,
  memoryMb: 4096,
  machineId: '0123456789abcdef0123456789abcdef',
  hostName: 'm1',
  addresses: ['127.0.0.1', '10.0.0.11'],
  ports: [22],
  swaps: [],
  cgroup: 'cgroup2fs',
  controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
  absentModules: [],
  ownName: { seconds: 0.01, found: true },
  leftovers: [],
  claim: '',
  absentTools: [],
  selinux: '',
  nameservers: ['10.0.0.2'],
  ...more,
});
