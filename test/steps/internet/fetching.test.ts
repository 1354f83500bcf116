import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { resolveLock } from '../../../src/bundle/build/official/resolve.js';
import { versionsOf } from '../../../src/bundle/build/versions.js';
import { describedLock } from '../../../src/cluster/internet.js';
import type { Lock } from '../../../src/cluster/lock.js';
import { unreached } from '../../../src/facts/internet.js';
import { lackingImages, registryStatus } from '../../../src/facts/registry.js';
import { fetchingScript } from '../../../src/steps/internet/fetching.js';
import { downloadsOf, internetOfFile } from '../../bundle/sample-internet.js';
import { Folder } from '../../bundle/samples.js';
import { hostOn } from '../../host-on-internet.js';

// A server, and archives to be made and opened.
vi.setConfig({ testTimeout: 60_000 });

let internet: Internet;
let lock: Lock;
const ground = internetOfFile((one) => void (internet = one));
const access = { plainHttp: false, ownAuthority: true, known: true, proxied: false };
const sites = {
  kubelet: 'https://cdn.dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet',
  containerd:
    'https://release-assets.githubusercontent.com/github-production-release-asset/containerd/containerd/v2.4.2/containerd-2.4.2-linux-amd64.tar.gz',
};

beforeAll(async () => {
  const versions = versionsOf('v1.37.2');
  const downloads = downloadsOf(internet, ground);
  const resolving = { versions, architectures: ['amd64'] as const, mirrors: {}, downloads, folder: ground.path };
  lock = await resolveLock(resolving, () => undefined);
}, 60_000);

/** Fetches these programs into a folder, as a host does. */
async function fetched(folder: Folder, names: readonly string[], of = lock) {
  const { files } = describedLock(of);
  const script = fetchingScript(
    access,
    names.map((name) => ({ file: files[`bin/amd64/${name}`]!, path: folder.at(`bin/${name}`), mode: '0755' })),
    folder.at('cache'),
  );
  return hostOn(internet, folder).run(script, internet.ca);
}

describe('what a host fetches from the internet', () => {
  it('is put in place by digest, an archive fetched once for all that is taken out of it', async () => {
    using folder = new Folder();
    expect(await fetched(folder, ['kubelet', 'containerd', 'ctr', 'etcdctl'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readFileSync(folder.at('bin/ctr'), 'utf8')).toMatch(/^the amd64 program ctr\.+$/);
    expect(statSync(folder.at('bin/kubelet')).mode & 0o777).toBe(0o755);
    expect(internet.asked.filter(({ url }) => url === sites.containerd)).toHaveLength(1);
    expect(readdirSync(folder.at('cache'))).toEqual([]);
  });

  it.each([
    [
      'a program',
      sites.kubelet,
      'kubelet',
      /^https:\/\/dl\.k8s\.io\/\S+\/kubelet is sha256:\w{64}, and not sha256:\w{64} as the lock has it\n$/,
    ],
    [
      'an archive',
      sites.containerd,
      'ctr',
      /^https:\/\/github\.com\/\S+linux-amd64\.tar\.gz is sha256:\w{64}, and not /,
    ],
  ])('is refused by name where %s is another, and what was there stays', async (_, url, name, words) => {
    using folder = new Folder();
    expect((await fetched(folder, [name])).code).toBe(0);
    writeFileSync(folder.at(`bin/${name}`), 'the old one');
    internet.mishaps.set(url, { altered: true });
    const { code, stderr } = await fetched(folder, [name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(readdirSync(folder.at('bin'))).toEqual([name]);
    expect(readFileSync(folder.at(`bin/${name}`), 'utf8')).toBe('the old one');
  });

  it('is refused where an archive is right and has another program', async () => {
    using folder = new Folder();
    const files = { ...lock.files };
    files['bin/amd64/ctr'] = { ...files['bin/amd64/ctr']!, digest: `sha256:${'0'.repeat(64)}` };
    const { code, stderr } = await fetched(folder, ['ctr'], { ...lock, files });
    expect(`${code} ${stderr}`).toMatch(
      /^1 bin\/ctr of https:\/\/github\.com\/\S+ is sha256:\w{64}, and not sha256:0+ /,
    );
  });
});

describe('what a host says of the internet', () => {
  const urls = ['https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet', 'https://dl.k8s.io/nothing'];

  it('names addresses that have nothing, and takes none for another’s', async () => {
    using folder = new Folder();
    expect(await hostOn(internet, folder).ask(unreached(access, urls, internet.ca))).toEqual([
      { url: urls[1], reason: expect.stringContaining('404') as string },
    ]);
    expect(internet.asked.map(({ url }) => url)).not.toContain(`${sites.kubelet}.sha256`);
  });

  it('asks a site that does not answer once, and believes nobody’s authority', async () => {
    using folder = new Folder();
    const closed = hostOn({ listening: { host: '127.0.0.1', port: 1 } }, folder);
    expect(await closed.ask(unreached(access, urls, internet.ca))).toEqual([
      { url: urls[0], reason: expect.stringMatching(/^curl: \(7\) /) as string },
    ]);
    const strange = hostOn(internet, folder);
    expect(await strange.ask(unreached({ ...access, ownAuthority: false }, urls, ''))).toEqual([
      { url: urls[0], reason: expect.stringMatching(/^curl: \(60\) .*certificate/) as string },
    ]);
  });

  it('finds images by digest in registries that give tokens to everybody, and names those that are not there', async () => {
    using folder = new Folder();
    const { ask } = hostOn(internet, folder);
    const place = { ...access, host: 'quay.io', bundle: 'calico/node', reference: '' };
    expect(await ask(registryStatus(place, internet.ca))).toEqual({ status: 200, reason: '' });
    const image = (name: string, digest = lock.images[`calico/${name}:v3.28.5`]!.digest) => ({
      repository: `calico/${name}`,
      digest,
    });
    const gone = `sha256:${'0'.repeat(64)}`;
    expect(await ask(lackingImages(place, [image('node'), image('cni'), image('cni', gone)], internet.ca))).toEqual([
      `calico/cni@${gone}`,
    ]);
  });
});
