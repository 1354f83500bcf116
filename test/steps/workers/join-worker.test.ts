import { describe, expect, it } from 'vitest';
import { completed } from '../../../src/steps/control-plane/take-over.js';
import { joinControlPlane, joinWorker } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { shellWith } from '../../shell.js';
import { world, type Answers, type Disks } from '../disks.js';

const token = 'abcdef.0123456789abcdef';
const document = '/var/lib/kha/join.yaml';
const wanted = cluster();
const admin = { '/etc/kubernetes/admin.conf': '' };
/** m1 does not serve: whatever is asked of a control plane is asked of m2. */
const masters: Disks = { m1: {}, m2: admin, m3: admin };
const answers: Answers = {
  '/readyz': () => '200',
  'stat -fc': () => 'tmpfs\n',
  CapBnd: () => '000001ffffffffff\nmachine\n',
  'token-id': () => '',
  'kubeadm token': () => `${token}\n`,
  'openssl x509': () => `${'0'.repeat(64)}  -`,
  'rm -f': () => '',
  'set -eu': () => '',
};
const joined = (left: Record<string, string> = {}): Record<string, string> => ({
  [completed('worker')]: '',
  '/etc/kubernetes/kubelet.conf': '',
  '/etc/kubernetes/pki/ca.crt': '',
  ...left,
});

describe('joinWorker', () => {
  it('takes a token from the first master that serves, and back again with the file that holds it', async () => {
    const { context, done } = world(wanted, { ...masters, w1: {} }, answers);
    await joinWorker.apply!(context('w1'));
    const changes = done.map((one) => one.slice(0, 44));
    expect(changes).toEqual([
      expect.stringMatching(/^m2: kubeadm token/),
      expect.stringMatching(/^m2: openssl/),
      `w1: write ${document}`,
      expect.stringMatching(/^w1: unit /),
      `w1: rm -f ${document}`,
      expect.stringMatching(/^m2: found=/),
    ]);
    // Neither a command nor a unit's script carries it: both can be seen by others.
    expect(done.join('\n')).not.toContain(token);
  });

  it('takes both back where the join fails', async () => {
    const failed = (): never => {
      throw new Error('it failed');
    };
    const { context, done } = world(wanted, { ...masters, w1: {} }, { ...answers, 'set -eu': failed });
    await expect(joinWorker.apply!(context('w1'))).rejects.toThrow('it failed');
    expect(done.slice(-2)).toEqual([`w1: rm -f ${document}`, expect.stringMatching(/^m2: found=/)]);
  });

  it('finds what a killed attempt left on a worker that has joined meanwhile, takes it back and joins nothing', async () => {
    const { context, done } = world(wanted, { ...masters, w1: joined({ [document]: token }) }, answers);
    expect(await joinWorker.check(context('w1'))).toEqual([`${document} is still there, with a token in it`]);
    await joinWorker.apply!(context('w1'));
    expect(done).toEqual([`w1: rm -f ${document}`, expect.stringMatching(/^m2: found=/)]);
  });

  it('deletes what has its own description, of many tokens, and fails where they cannot be listed', async () => {
    const { context, done } = world(wanted, { ...masters, w1: joined({ [document]: token }) }, answers);
    await joinWorker.apply!(context('w1'));
    const command = done.at(-1)!.slice('m2: '.length);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const listed = ['w1', 'w10', 'w1', 'w2'].map(
      (host, index) => `${base64(`token${index}`)} ${base64(`kha: join of ${host}`)}`,
    );
    const kubectl = `cat <<end\n${[...listed, base64('undescribed')].join('\n')}\nend`;
    const onMaster = (list: string) =>
      shellWith({ kubectl: list, kubeadm: 'echo "$4 $5"' }, ['cat', 'base64'], command);
    expect(onMaster(kubectl)).toEqual({ code: 0, stdout: 'delete token0\ndelete token2\n', stderr: '' });
    expect(onMaster('echo "no API server" >&2; exit 1')).toEqual({ code: 1, stdout: '', stderr: 'no API server\n' });
  });

  it('is content where a worker has joined and nothing is left', async () => {
    const { context } = world(wanted, { ...masters, w1: joined() }, answers);
    expect(await joinWorker.check(context('w1'))).toEqual([]);
  });
});

describe.each([joinWorker, joinControlPlane])('$name', (step) => {
  it('takes back file and tokens when it is cancelled, whether or not it had begun', async () => {
    const { context, done } = world(wanted, { ...masters, m1: {}, w1: {} }, answers);
    await step.release!(context('m1'));
    expect(done).toEqual([`m1: rm -f ${document}`, expect.stringMatching(/^m2: found=/)]);
  });

  it('takes the tokens back even where the host cannot be told to forget the file', async () => {
    const deaf = { ...answers, 'rm -f': () => ({ code: 1, stdout: '', stderr: 'read-only' }) };
    const { context, done } = world(wanted, { ...masters, w1: {} }, deaf);
    await expect(step.release!(context('w1'))).rejects.toThrow('read-only');
    expect(done).toContainEqual(expect.stringMatching(/^m2: found=/));
  });
});
