import type { Cluster } from '../../cluster/cluster.js';
import { primaryFamily } from '../../cluster/families.js';
import { inUrl } from '../../cluster/ip.js';
import { patientSeconds } from '../../cluster/patience.js';
import { apiServerPort, controlPlanes, loadBalancers, sharesApiPort } from '../../cluster/roles.js';
import { apiHealth } from '../../cluster/seed-profile.js';
import type { Step } from '../step.js';
import { writeFiles, type WantedFile } from '../wanted-file.js';
import { enabled, missingService } from '../wanted-service.js';

const path = '/etc/haproxy/haproxy.cfg';

export const configureHaproxy: Step = {
  name: 'configureHaproxy',
  does: 'Spread the API over every control plane that is ready, with haproxy',
  on: loadBalancers,
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  check: ({ cluster, host }) => missingService(host, 'haproxy.service', [haproxy(cluster)]),
  async apply({ cluster, host }) {
    const wanted = haproxy(cluster);
    // What haproxy itself refuses never replaces what runs, and a reload cuts no connection that stands.
    await writeFiles(host, [{ ...wanted, path: `${path}.new` }]);
    await host.run(
      `haproxy -c -q -f ${path}.new && mv -f ${path}.new ${path} && ${enabled('haproxy.service')} && systemctl reload-or-restart haproxy.service`,
    );
  },
};

/**
 * A port of its own it has at every address. The API servers' it shares: it has the virtual address, also on hosts that do not
 * carry it now (haproxy, bind, transparent), and loopback, where its own host asks whether it is well.
 */
function binds(cluster: Cluster): string[] {
  const { controlPlaneEndpoint: endpoint } = cluster;
  const { port } = endpoint;
  if (endpoint.type === 'local') return [`    bind 127.0.0.1:${port}`];
  if (endpoint.type === 'vip' && sharesApiPort(cluster))
    return [`    bind ${inUrl(endpoint.vip)}:${port} transparent`, `    bind 127.0.0.1:${port}`];
  return [primaryFamily(cluster) === 4 ? `    bind *:${port}` : `    bind :::${port} v4v6`];
}

/** The configuration of haproxy: each API server counts while its own health says so (kubernetes.io, API health endpoints). */
export function haproxy(cluster: Cluster): WantedFile {
  const servers = controlPlanes(cluster).map(
    ({ name, address }) => `    server ${name} ${inUrl(address)}:${apiServerPort}`,
  );
  const lines = [
    `# Cluster ${cluster.name}; written by kha, which puts back what is changed here.`,
    'global',
    '    log stdout format raw local0 notice',
    '    maxconn 8000',
    '    user haproxy',
    '    group haproxy',
    'defaults',
    '    mode tcp',
    '    log global',
    '    timeout connect 5s',
    `    timeout check ${patientSeconds(cluster, 3)}s`,
    // Watches stay open without a byte for as long as nothing changes.
    '    timeout client 4h',
    '    timeout server 4h',
    'frontend api',
    ...binds(cluster),
    '    default_backend control-planes',
    'backend control-planes',
    '    balance leastconn',
    `    option httpchk GET ${apiHealth(cluster)}`,
    '    http-check expect status 200',
    `    default-server check check-ssl verify none inter ${patientSeconds(cluster, 1)}s fall 2 rise 1 on-marked-down shutdown-sessions`,
    ...servers,
    '',
  ];
  return { path, content: lines.join('\n') };
}
