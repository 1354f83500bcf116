import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/fact.js';
import { apiObject } from '../../../src/facts/kubectl.js';
import { rolledOut } from '../../../src/facts/rollout.js';
import { unchangedSince } from '../../../src/facts/unchanged.js';
import type { RunOptions } from '../../../src/steps/host.js';
import { restartKubeProxy } from '../../../src/steps/seed/restart-kube-proxy.js';
import { pointKubeProxyAtEndpoint } from '../../../src/steps/switch-over/point-kube-proxy-at-endpoint.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

interface ConfigMap {
  metadata: { annotations: Record<string, string | null> };
  data: Record<string, string>;
}

const configMap = apiObject<ConfigMap>(['-n', 'kube-system', 'configmap', 'kube-proxy']);

const sinceTheirStart = unchangedSince(['-n', 'kube-system'], 'configmap/kube-proxy', 'daemonset/kube-proxy');

/** A master whose API has kube-proxy's settings and pods, which know the server that they read when they were started. */
class Master extends FakeHost {
  map: ConfigMap;
  podsUse: string;
  /** How many commands it still carries out before kha is cut off. */
  left = Infinity;

  constructor(server: string, mark?: string) {
    super(cluster(), 'm1');
    this.podsUse = server;
    this.map = {
      metadata: { annotations: mark === undefined ? {} : { 'kubernetes-ha.io/restarted-for': mark } },
      data: { 'config.conf': 'mode: iptables', 'kubeconfig.conf': `clusters:\n- cluster:\n    server: ${server}\n` },
    };
    this.tells(rolledOut('kube-system', 'daemonset/kube-proxy'), []).tells(sinceTheirStart, false);
  }

  override run(command: string, options: RunOptions = {}): Promise<string> {
    this.left -= 1;
    if (this.left < 0) return Promise.reject(new Error('cut off'));
    if (/ (rollout restart daemonset\/kube-proxy|delete pod -l k8s-app=kube-proxy)$/.test(command))
      this.podsUse = this.server;
    else if (/ patch configmap kube-proxy --type merge -p "\$\(cat\)"$/.test(command)) this.#merge(options.stdin!);
    else return super.run(command, options);
    this.done.push(command);
    return Promise.resolve('');
  }

  override read<T>(fact: Fact<T>): Promise<T> {
    if (fact.command !== configMap.command) return super.read(fact);
    return Promise.resolve(fact.parse({ code: 0, stdout: JSON.stringify(this.map), stderr: '' }));
  }

  get server(): string {
    return /server: (\S+)/.exec(this.map.data['kubeconfig.conf']!)![1]!;
  }

  /** RFC 7396: null takes a field away. */
  #merge(text: string): void {
    const { metadata, data } = JSON.parse(text) as Partial<ConfigMap>;
    const annotations = Object.entries({ ...this.map.metadata.annotations, ...metadata?.annotations });
    this.map = {
      metadata: { annotations: Object.fromEntries(annotations.filter(([, value]) => value !== null)) },
      data: { ...this.map.data, ...data },
    };
  }
}

const old = 'https://10.0.0.11:6443';
const endpoint = 'https://10.0.0.100:8443';

describe.each([pointKubeProxyAtEndpoint, restartKubeProxy])('$name', (step) => {
  it.each([
    ['was never pointed anywhere', old, undefined],
    ['was pointed at another endpoint before', 'https://10.0.0.99:8443', 'https://10.0.0.99:8443'],
    ['was pointed back by hand', old, endpoint],
  ])(
    'is done only when pods have read the endpoint, wherever kha was cut off, where kube-proxy %s',
    async (_, server, mark) => {
      for (const left of [0, 1, 2, Infinity]) {
        const host = new Master(server, mark);
        host.left = left;
        const context = contextOf(cluster(), host);
        const cut = await step.apply!(context).then(
          () => false,
          () => true,
        );
        expect(cut).toBe(left !== Infinity);
        if (cut) expect(await step.check(context)).not.toEqual([]);
        host.left = Infinity;
        if (cut) await step.apply!(context);
        expect(await step.check(context)).toEqual([]);
        expect([host.server, host.podsUse]).toEqual([endpoint, endpoint]);
        expect(host.map.data['config.conf']).toBe('mode: iptables');
      }
    },
  );

  it('finds pods missing that nobody knows to have read the endpoint', async () => {
    const context = contextOf(cluster(), new Master(endpoint));
    expect(await step.check(context)).toEqual(['the pods of kube-proxy may have read another address at their start']);
  });

  it('restarts no pods that never knew another address', async () => {
    const host = new Master(endpoint).tells(sinceTheirStart, true);
    expect(await step.check(contextOf(cluster(), host))).toEqual([]);
    expect(await step.check(contextOf(cluster(), new Master(old).tells(sinceTheirStart, true)))).not.toEqual([]);
  });

  it('leaves pods alone that have read it and are only on their way', async () => {
    const host = new Master(endpoint, endpoint);
    host.tells(rolledOut('kube-system', 'daemonset/kube-proxy'), ['3 of 4 updated pods are available']);
    const context = contextOf(cluster(), host);
    expect(await step.check(context)).toEqual(['3 of 4 updated pods are available']);
    await step.apply!(context);
    expect(host.done).toEqual([]);
    expect(await step.verify!(context)).toEqual(['3 of 4 updated pods are available']);
  });
});
