import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What the seed says (lines of kubernetes-ha.md), and what is otherwise in what kha writes of it, with the reason. */
interface Part {
  readonly lines: string;
  readonly file: string;
  readonly text: string;
  readonly otherwise: readonly (readonly [said: string, written: string, why: string])[];
}

const parts: readonly Part[] = [
  {
    lines: '44–45',
    file: 'w1/etc/sysctl.d/k8s.conf',
    text: 'net.bridge.bridge-nf-call-ip6tables = 1\nnet.bridge.bridge-nf-call-iptables = 1\n',
    otherwise: [],
  },
  {
    lines: '62–65',
    file: 'w1/etc/docker/daemon.json',
    text: '{\n"storage-driver": "devicemapper",\n "insecure-registries":["10.211.55.2:5000"]\n}\n',
    otherwise: [],
  },
  {
    lines: '76–86',
    file: 'w1/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
    text: `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--pod-infra-container-image=10.211.55.2:5000/pause-amd64:3.0 --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_SYSTEM_PODS_ARGS=--pod-manifest-path=/etc/kubernetes/manifests --allow-privileged=true"
Environment="KUBELET_NETWORK_ARGS=--network-plugin=cni --cni-conf-dir=/etc/cni/net.d --cni-bin-dir=/opt/cni/bin"
Environment="KUBELET_DNS_ARGS=--cluster-dns=10.96.0.10 --cluster-domain=cluster.local"
Environment="KUBELET_AUTHZ_ARGS=--authorization-mode=Webhook --client-ca-file=/etc/kubernetes/pki/ca.crt"
Environment="KUBELET_CADVISOR_ARGS=--cadvisor-port=0"
Environment="KUBELET_CGROUP_ARGS=--cgroup-driver=cgroupfs"
Environment="KUBELET_CERTIFICATE_ARGS=--rotate-certificates=true --cert-dir=/var/lib/kubelet/pki"
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_SYSTEM_PODS_ARGS $KUBELET_NETWORK_ARGS $KUBELET_DNS_ARGS $KUBELET_AUTHZ_ARGS $KUBELET_CADVISOR_ARGS $KUBELET_CGROUP_ARGS $KUBELET_CERTIFICATE_ARGS $KUBELET_EXTRA_ARGS
`,
    otherwise: [['5000/pause-amd64', '5000/google_containers/pause-amd64', 'one place for all images']],
  },
  {
    lines: '98–114',
    file: 'm1/etc/kubernetes/kha/config.yaml',
    text: `apiVersion: kubeadm.k8s.io/v1alpha1
kind: MasterConfiguration
api:
  advertiseAddress: 10.37.129.9
etcd:
  endpoints:
  - http://10.37.129.7:2379
  - http://10.37.129.8:2379
  - http://10.37.129.9:2379
networking:
  podSubnet: 192.168.0.0/16
apiServerCertSANs:
  - <load-balancer-ip>
imageRepository: 10.211.55.2:5000/google_containers
kubernetesVersion: v1.9.0
apiServerExtraArgs:
  apiserver-count: "3"
`,
    otherwise: [
      [
        '  - http://10.37.129.7:2379\n  - http://10.37.129.8:2379\n  - http://10.37.129.9:2379',
        '  - http://10.37.129.9:2379\n  - http://10.37.129.8:2379\n  - http://10.37.129.7:2379',
        'in the order of the hosts',
      ],
      [
        '  - <load-balancer-ip>',
        ['10.37.129.100', 'm1', '10.37.129.9', 'm2', '10.37.129.8', 'm3', '10.37.129.7']
          .map((name) => `- ${name}`)
          .join('\n'),
        'the first master’s certificate is copied to the others, whose kubelets ask their own API servers',
      ],
    ],
  },
];

describe('the seed’s own files', () => {
  it.each(parts)('lines $lines are $file', ({ file, text, otherwise }) => {
    const written = readFileSync(new URL(`seed/${file}`, import.meta.url), 'utf8');
    const wanted = otherwise.reduce((so, [said, instead]) => {
      expect(so).toContain(said);
      return so.replace(said, instead);
    }, text);
    if (file.endsWith('.json')) expect(JSON.parse(written)).toEqual(JSON.parse(wanted));
    else expect(written).toBe(wanted);
  });
});
