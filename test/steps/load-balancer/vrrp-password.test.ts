import { describe, expect, it } from 'vitest';
import { createVrrpPassword } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Disks } from '../disks.js';

const path = '/var/lib/kha/vrrp-password';
const wanted = cluster();
const made = { urandom: () => 'newnewne' };
const has = (password: string): Record<string, string> => ({ [path]: `${password}\n` });

describe('createVrrpPassword', () => {
  it('gives a reinstalled first host what the others have', async () => {
    const disks: Disks = { m1: {}, m2: has('theirsXY'), m3: has('theirsXY') };
    const { context, done } = world(wanted, disks, made);
    expect(await createVrrpPassword.check(context('m1'))).toEqual([`${path} is not on m1`]);
    await createVrrpPassword.apply!(context('m1'));
    expect(done).toEqual([`m1: write ${path}`]);
    expect(disks['m1']).toEqual(has('theirsXY'));
  });

  it('makes one only where nobody has any, the same for all', async () => {
    const disks: Disks = {};
    await createVrrpPassword.apply!(world(wanted, disks, made).context('m2'));
    expect(disks).toEqual({ m1: has('newnewne'), m2: has('newnewne'), m3: has('newnewne') });
  });

  it('refuses where two differ, and says who', async () => {
    const { context, done } = world(wanted, { m1: {}, m2: has('theirsXY'), m3: has('otherABC') }, made);
    const refused = {
      name: 'Refused',
      message: expect.stringContaining('m3 has another VRRP password than m2') as string,
    };
    await expect(createVrrpPassword.check(context('m1'))).rejects.toMatchObject(refused);
    await expect(createVrrpPassword.apply!(context('m1'))).rejects.toMatchObject(refused);
    expect(done).toEqual([]);
  });

  it('makes none while one host cannot be asked', async () => {
    const away = (host: string) => (host === 'm3' ? { code: 255, stdout: '', stderr: 'gone' } : undefined);
    const { context, done } = world(wanted, { m1: {}, m2: {} }, { ...made, 'vrrp-password': away });
    await expect(createVrrpPassword.apply!(context('m1'))).rejects.toThrow();
    expect(done).toEqual([]);
  });
});
