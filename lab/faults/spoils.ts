import { shell, type Scene, type Spoil } from './fault.js';

const takePort = (port: number) => async (scene: Scene) => {
  const listen = `@open = IO::Socket::INET->new(Listen => 5, LocalPort => ${port}); sleep 3600 if @open`;
  await shell(scene, `systemd-run -q --unit=squatter perl -MIO::Socket::INET -e '${listen}'`);
  await shell(scene, `sleep 1; ss -Hltn 'sport = :${port}' | grep -q .`);
  return () => shell(scene, 'systemctl stop squatter');
};

const image = (name: string): string => `$(ctr -n k8s.io images ls -q | grep '/${name}:')`;
const serverKey = '/etc/kubernetes/pki/apiserver.key';

export const spoils: Readonly<Record<string, Spoil>> = {
  'port-taken': {
    does: 'let another program have the controller manager’s port',
    at: 'initControlPlane',
    on: 'm2',
    spoil: takePort(10257),
  },
  'unreadable-certificate': {
    does: 'overwrite the API server’s key',
    at: 'initControlPlane',
    on: 'm2',
    spoil: async (scene) => {
      await shell(scene, `cp -p ${serverKey} /root/kept.key && echo spoilt >${serverKey}`);
      return () => shell(scene, `cp -p /root/kept.key ${serverKey} && rm /root/kept.key`);
    },
  },
  'wrong-image': {
    does: 'put another image in the place of the API server’s: kubeadm fails half-way, after minutes',
    at: 'initControlPlane',
    on: 'm2',
    spoil: async (scene) => {
      await shell(scene, `ctr -n k8s.io images tag --force ${image('pause')} ${image('kube-apiserver')}`);
      return () =>
        shell(
          scene,
          `api=${image('kube-apiserver')}; ctr -n k8s.io images rm $api && ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d $api`,
        );
    },
  },
  'kubelet-port-taken': {
    does: 'let another program have the kubelet’s port: kubeadm join fails half-way, after minutes',
    at: 'joinWorker',
    on: 'w1',
    spoil: takePort(10250),
  },
};
