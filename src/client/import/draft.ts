import type { Place } from './ledger.js';

/** How a machine is logged in to; what is not said is left to the spec's defaults. */
export interface Login {
  /** Where that is not the node's own address. */
  readonly address?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly key?: string | undefined;
  readonly jump?: (Omit<Login, 'jump' | 'address'> & { readonly address: string }) | undefined;
}

export type Role = 'control-plane' | 'etcd' | 'worker';

export interface DraftHost {
  readonly name: string;
  /** Undefined where a person has to find out; a note tells why. */
  readonly address: string | undefined;
  readonly roles: readonly Role[];
  readonly login: Login;
  readonly place: Place;
  /** As in the spec: labels, annotations, taints, and fields of its kubelet. */
  readonly node?: NodeSettings;
}

export interface NodeSettings {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  readonly kubelet?: Readonly<Record<string, unknown>> | undefined;
}
export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

/** A cluster as far as another tool's files tell it; what is undefined they do not. */
export interface Draft {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly hosts: readonly DraftHost[];
  readonly endpoint:
    | { readonly type: 'vip'; readonly vip: string | undefined; readonly interface?: string | undefined }
    | { readonly type: 'local' }
    | { readonly type: 'external'; readonly host: string | undefined; readonly port?: number | undefined };
  readonly certSANs?: readonly string[] | undefined;
  /** A private registry; without one hosts ask the internet, and these mirrors of it. */
  readonly registry?: { readonly address: string; readonly plainHttp?: boolean | undefined } | undefined;
  readonly mirrors?: Readonly<Record<string, string>> | undefined;
  readonly networking: {
    readonly cni?: 'none' | undefined;
    readonly podSubnet?: string | undefined;
    readonly serviceSubnet?: string | undefined;
    readonly dnsDomain?: string | undefined;
    readonly calico?: { readonly encapsulation?: string | undefined; readonly mtu?: number | undefined } | undefined;
    readonly kubeProxyMode?: string | undefined;
  };
  readonly kubelet?: Readonly<Record<string, unknown>> | undefined;
  readonly etcd?: { readonly dataDir?: string | undefined; readonly quotaBackendBytes?: number | undefined };
  readonly containerd?: { readonly root?: string | undefined };
  readonly selinux?: 'enforcing' | undefined;
  readonly proxies?:
    | {
        readonly http?: string | undefined;
        readonly https?: string | undefined;
        readonly noProxy?: readonly string[] | undefined;
      }
    | undefined;
}
