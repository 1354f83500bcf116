import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Internet, Mishap } from '../../lab/internet/internet.js';
import { download } from '../../src/bundle/download.js';
import { Downloads } from '../../src/bundle/downloads.js';
import { Https } from '../../src/engine/https.js';
import { downloadsOf, reachOf, internetOfFile } from './sample-internet.js';
import { Folder } from './samples.js';

const name = 'bin/amd64/kubeadm';
const url = 'https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubeadm';
const cdn = url.replace('dl.', 'cdn.dl.');
const content = 'the amd64 program kubeadm'.padEnd(1000, '.');

let internet: Internet;
internetOfFile((one) => void (internet = one));

async function sumOf(folder: Folder): Promise<string> {
  const { text } = await downloadsOf(internet, folder).text({ name, url: `${url}.sha256` });
  return `sha256:${text}`;
}

const froms = (): number[] => internet.asked.filter((one) => one.url === cdn).map(({ from }) => from);

it('goes on where the connection broke, also in a later run', async () => {
  using folder = new Folder();
  const wanted = { name, url, digest: await sumOf(folder) };
  internet.mishaps.set(cdn, { cutAfter: 300, times: 2 });
  const path = await downloadsOf(internet, folder).file(wanted);
  expect(readFileSync(path, 'utf8')).toBe(content);
  expect(froms()).toEqual([0, 300, 600]);
  // What is there and right is not asked for again.
  await downloadsOf(internet, folder).file(wanted);
  expect(froms()).toHaveLength(3);
  mkdirSync(folder.at('later'));
  const part = folder.file('later/kubeadm.part', content.slice(0, 900));
  using https = new Https(reachOf(internet));
  await download(https, wanted, folder.at('later/kubeadm'));
  expect([froms().at(-1), existsSync(part)]).toEqual([900, false]);
  // Another release lay there then: the part does not fit, and it begins anew.
  folder.file('later/other.part', 'of another release');
  await download(https, wanted, folder.at('later/other'));
  expect(froms().slice(-2)).toEqual([18, 0]);
  expect(readFileSync(folder.at('later/other'), 'utf8')).toBe(content);
});

it('fetches what many want once, a few at a time', async () => {
  using folder = new Folder();
  const downloads = downloadsOf(internet, folder);
  const paths = await Promise.all(Array.from({ length: 9 }, () => downloads.file({ name, url })));
  expect([new Set(paths).size, froms()]).toEqual([1, [0]]);
});

it.each<[what: string, at: string, mishap: Mishap, words: RegExp]>([
  [
    'other bytes than published',
    cdn,
    { altered: true },
    /^bin\/amd64\/kubeadm: .*kubeadm is sha256:\w+, and sha256:\w+ is published for it$/,
  ],
  [
    'nothing there',
    cdn,
    { status: 404, times: 9 },
    /^bin\/amd64\/kubeadm: https:\/\/cdn\.dl\.k8s\.io\/\S+ is not there \(404\)$/,
  ],
  ['a refusal', url, { status: 403, times: 9 }, /^bin\/amd64\/kubeadm: https:\/\/dl\.k8s\.io\/\S+ answers 403$/],
  ['a server that stays busy', url, { status: 503, times: 99 }, /answers 503 \(4 tries, 0 bytes came\)$/],
  ['a connection that breaks each time', cdn, { cutAfter: 0, times: 99 }, / \(4 tries, 0 bytes came\)$/],
  [
    'a way out of TLS',
    url,
    { redirect: 'http://cdn.dl.k8s.io/kubeadm' },
    /kubeadm leads to http:\/\/cdn\.dl\.k8s\.io\/kubeadm, which is not protected by TLS$/,
  ],
  [
    'redirects without an end',
    cdn,
    { redirect: cdn },
    /redirects more than 10 times, at last to https:\/\/cdn\.dl\.k8s\.io/,
  ],
])('says in one sentence that there was %s, and leaves nothing', async (_, at, mishap, words) => {
  using folder = new Folder();
  const wanted = { name, url, digest: await sumOf(folder) };
  internet.mishaps.set(at, mishap);
  const failed = downloadsOf(internet, folder).file(wanted);
  await expect(failed).rejects.toThrow(words);
  expect(readdirSync(folder.at('downloads'))).toEqual(
    'altered' in mishap ? [] : expect.not.arrayContaining(['kubeadm']),
  );
});

it('takes nothing that is larger than what is wanted can be', async () => {
  using folder = new Folder();
  const failed = downloadsOf(internet, folder).file({ name, url, most: 999 });
  await expect(failed).rejects.toThrow(/^bin\/amd64\/kubeadm: https:\S+kubeadm is larger than 999 bytes$/);
  expect(readdirSync(folder.at('downloads'))).toEqual([]);
  expect(await downloadsOf(internet, folder).file({ name, url, most: 1000 })).toMatch(/kubeadm$/);
});

it('bears a server that is busy for a moment', async () => {
  using folder = new Folder();
  internet.mishaps.set(url, { status: 503, times: 2 });
  expect(readFileSync(await downloadsOf(internet, folder).file({ name, url }), 'utf8')).toBe(content);
});

it('says that an authority is not known, that nobody is there, and that the disk is full', async () => {
  using folder = new Folder();
  const asking = (https: Https): Promise<string> =>
    new Downloads(https, folder.at('d'), { pause: 1 }).file({ name, url });
  using stranger = new Https({ connectTo: internet.listening });
  await expect(asking(stranger)).rejects.toThrow(
    /^bin\/amd64\/kubeadm: dl\.k8s\.io has a certificate that is not to be believed: .*; if a proxy opens TLS here, name its authority with --ca FILE$/,
  );
  using nobody = new Https({ connectTo: { host: '127.0.0.1', port: 1 } });
  await expect(asking(nobody)).rejects.toThrow(/dl\.k8s\.io cannot be reached: .*ECONNREFUSED.* \(4 tries, 0 bytes/);
  using https = new Https(reachOf(internet));
  symlinkSync('/dev/full', folder.at('full.part'));
  await expect(download(https, { name, url }, folder.at('full'))).rejects.toThrow(
    /^bin\/amd64\/kubeadm: it cannot be written to \S+full\.part: ENOSPC: no space left on device, write$/,
  );
  expect(existsSync(folder.at('full'))).toBe(false);
});
