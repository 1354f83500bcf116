import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servedByToday } from '../export/served-by-today.js';
import { ground } from '../lab/ground.js';

/** From a cluster of Kubernetes 1.9.0 to one of today: what ran there, exported, and running here. */
const { done, kha, folder, remove } = ground('old');
const lab = (name: string, ...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const kubectl = (name: string, ...args: string[]): Promise<string> => lab(name, 'kubectl', ...args);
const spec = (name: string): string => join(folder, 'kha/lab', name, 'cluster.yaml');
const out = join(folder, 'old-export');
/** The pause image, which every node of a cluster has, by the name that its registry has here. */
const pauseOf = async (name: string): Promise<string> => {
  const images = await kubectl(name, 'get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names[*]}');
  const found = images.split(' ').find((one) => /\/pause[^/]*:[^/]+$/.test(one));
  if (!found) throw new Error(`no node of ${name} has a pause image: ${images}`);
  return found;
};
let oldImage = '';

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(2_000);
  }
}
const running = async (name: string, labels: string): Promise<number> =>
  (await kubectl(name, '-n', 'shop', 'get', 'pods', '-l', labels, '-o', 'jsonpath={.items[*].status.phase}'))
    .split(' ')
    .filter((phase) => phase === 'Running').length;

beforeAll(async () => {
  await lab('old', 'up', '--profile', 'v1.9.0', '--control-planes', '1', '--workers', '1');
  await done('install', spec('old'));
  oldImage = await pauseOf('old');
  const template = readFileSync(new URL('workload-of-1.9.yaml', import.meta.url), 'utf8');
  const workload = join(folder, 'workload.yaml');
  writeFileSync(workload, template.replaceAll('IMAGE', oldImage));
  await kubectl('old', 'apply', '-f', workload);
  const offer = join(folder, 'offer.yaml');
  writeFileSync(
    offer,
    'apiVersion: shop.example.com/v1\nkind: Offer\nmetadata: { name: apples, namespace: shop }\nspec: { price: 3, port: http, colour: { skin: red } }\n',
  );
  // Its definition has to be served first.
  await until('the old cluster takes an Offer', async () => (await kubectl('old', 'apply', '-f', offer)) !== '');
  await kubectl('old', 'label', 'node', 'w1', 'disk=ssd');
  await until('two pods of web run', async () => (await running('old', 'app=web')) === 2);
});
afterAll(async () => {
  await done('engine', 'stop');
  for (const name of ['old', 'today']) await kha('lab', '--name', name, 'down');
  remove();
});

it('exports what people made there, and says what wants a hand', async () => {
  const { code, stdout, stderr } = await kha('export', spec('old'), '--output', out, '--exit-code');
  expect(`${code} ${stdout} ${stderr}`).toMatch(
    /^4 Wrote \d+ objects to .*: \d+ of them want a hand, 1 more have no successor/,
  );
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  expect(report).toMatch(/^# old, Kubernetes v1\.9\.0/);
  expect(report).toMatch(/PodSecurityPolicy tight\. Instead: Pod Security Admission/);
  expect(report).toMatch(/Deployment shop\/web: extensions\/v1beta1 is apps\/v1; .*kept every revision/);
  expect(report).toMatch(/w1: label disk=ssd/);
  expect(report).toContain(oldImage);
  for (const [path, mode] of [
    ['', 0o700],
    ['objects/05-configuration/shop/secret.password.yaml', 0o600],
  ] as const)
    expect(statSync(join(out, path)).mode & 0o777).toBe(mode);
  expect(`${stdout}${stderr}${report}`).not.toContain(Buffer.from('correct horse').toString('base64'));
});

it('has everything of theirs and nothing of the cluster’s own', () => {
  const { objects, left } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Record<
    'objects' | 'left',
    { kind: string; namespace?: string; name: string; apiVersion: string; why?: string }[]
  >;
  const called = objects.map(({ kind, namespace, name }) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`);
  expect(called.sort()).toEqual([
    'ConfigMap shop/settings',
    'CronJob shop/nightly',
    'CustomResourceDefinition offers.shop.example.com',
    'DaemonSet shop/agent',
    'Deployment shop/back',
    'Deployment shop/web',
    'Endpoints shop/outside',
    'HorizontalPodAutoscaler shop/web',
    'Ingress shop/web',
    'Namespace shop',
    'NetworkPolicy shop/web',
    'Offer shop/apples',
    'PersistentVolume shop-data',
    'PersistentVolumeClaim shop/data',
    'PodDisruptionBudget shop/nobody',
    'PodDisruptionBudget shop/web',
    'ResourceQuota shop/few',
    'Role shop/keeper',
    'RoleBinding shop/keeper',
    'Secret shop/password',
    'Service shop/outside',
    'Service shop/store',
    'Service shop/web',
    'ServiceAccount shop/keeper',
    'StatefulSet shop/store',
    'StorageClass by-hand',
    'ValidatingWebhookConfiguration offers.shop.example.com',
  ]);
  expect(left.filter(({ why }) => why?.startsWith('stands in a namespace of the system'))).toEqual([]);
});

it('takes the place of itself, and of nothing that was changed', async () => {
  await done('export', spec('old'), '--output', out);
  const settings = join(out, 'objects/05-configuration/shop/configmap.settings.yaml');
  const before = readFileSync(settings, 'utf8');
  writeFileSync(settings, `# mine\n${before}`);
  expect(await kha('export', spec('old'), '--output', out)).toMatchObject({ code: 2 });
  expect(readFileSync(settings, 'utf8')).toBe(`# mine\n${before}`);
  writeFileSync(settings, before);
});

it('is taken by a cluster of today, where its pods run', async () => {
  await lab('old', 'down');
  await lab('today', 'up', '--control-planes', '1', '--workers', '1');
  await done('install', spec('today'));
  const image = await pauseOf('today');
  // By hand, as the report says: the new cluster has another registry.
  const workloads = join(out, 'objects/09-workloads/shop');
  for (const file of readdirSync(workloads)) {
    const text = readFileSync(join(workloads, file), 'utf8');
    expect(text).toContain(oldImage);
    writeFileSync(join(workloads, file), text.replaceAll(oldImage, image));
  }
  for (const part of readdirSync(join(out, 'objects')).sort())
    await kubectl('today', 'apply', '-R', '-f', join(out, 'objects', part));
  await until(
    'all pods run',
    async () =>
      (await Promise.all(['web', 'back', 'store', 'agent'].map((app) => running('today', `app=${app}`)))).join() ===
      '2,1,1,1',
  );
  const get = (what: string, path: string): Promise<string> =>
    kubectl('today', '-n', 'shop', 'get', ...what.split(' '), '-o', `jsonpath={${path}}`);
  expect(await get('offer apples', '.spec.colour.skin')).toBe('red');
  expect(await get('pvc data', '.status.phase')).toBe('Bound');
  expect(await get('configmap settings', '.data.octal')).toBe('0777');
  expect(await get('deployment web', '.spec.progressDeadlineSeconds')).toBe('2147483647');
  expect(await get('secret password', '.data.password')).toBe(Buffer.from('correct horse').toString('base64'));
});

it('has nothing to change when it is exported again, but what is another cluster’s', async () => {
  const again = join(folder, 'again');
  await done('export', spec('today'), '--output', again);
  const { objects } = JSON.parse(readFileSync(join(again, 'report.json'), 'utf8')) as {
    objects: { kind: string; namespace?: string; was: string; apiVersion: string }[];
  };
  expect(objects.filter(({ was, apiVersion }) => was !== apiVersion)).toEqual([]);
  const files = (place: string): string[] =>
    readdirSync(join(place, 'objects'), { recursive: true })
      .map(String)
      .filter((one) => one.endsWith('.yaml'))
      .sort();
  expect(files(again)).toEqual(files(out));
});

it('serves every version that kha takes for one of today', async () => {
  const served = (await kubectl('today', 'api-versions')).trim().split('\n');
  expect(Object.keys(servedByToday).filter((one) => !served.includes(one))).toEqual([]);
});
