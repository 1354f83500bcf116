import { onHost } from '../access.js';
import { hostNamed, type Lab } from '../lab.js';

/** Where something is broken: the lab, the host on which the chosen step runs, and kha as a second operator would run it. */
export interface Scene {
  readonly lab: Lab;
  readonly host: string;
  readonly spec: string;
  readonly kha: (...args: string[]) => Promise<{ code: number; output: string }>;
}

/** Hosts that are odd from the beginning, and stay so: nothing else is broken. */
export interface Oddity {
  readonly does: string;
  /** The step at which `--all` breaks; `--step` chooses another. */
  readonly at: string;
  /** Logs in as this user instead of root. */
  readonly user?: 'admin';
  /** Size of each host's disk in GiB: disks of their own are slower than this machine's. */
  readonly disk?: number;
  /** On every host, before the install. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
}

/** Breaks something while a step runs. */
export interface Fault extends Oddity {
  /** Breaks, mends what would not mend itself, and returns once mended. */
  readonly inject: (scene: Scene) => Promise<unknown>;
}

/** Spoils the ground before the control plane, so that kubeadm fails at its first attempt, some of them half-way. */
export interface Spoil extends Oddity {
  readonly at: 'initControlPlane' | 'joinWorker';
  readonly on: string;
  /** Gives what mends it, as an operator would once the step is held. */
  readonly spoil: (scene: Scene) => Promise<() => Promise<unknown>>;
}

/** What an operator does to a cluster that stands. */
export interface Afterwards extends Oddity {
  readonly on: string;
  /** Throws when kha did not do what it should. */
  readonly act: (scene: Scene) => Promise<void>;
}

export type Case = Fault | Spoil | Afterwards | Oddity;

export const shell = ({ lab, host }: Pick<Scene, 'lab' | 'host'>, command: string): Promise<string> =>
  onHost(lab, hostNamed(lab, host), command);
/** What is mended from within the host is mended by the host itself: a login may be just what is broken. */
export const later = (seconds: number, command: string): string =>
  `systemd-run -q --on-active=${seconds} --timer-property=AccuracySec=100ms sh -c '${command}'`;
/** Every sshd of a connection, but not the one that listens. */
export const hangUp = 'for pid in $(pgrep -f "^sshd: .*(@|priv)"); do [ $pid = $PPID ] || kill -9 $pid; done';
export const etcdctl =
  'etcdctl --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key';
