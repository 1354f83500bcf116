import { expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { swapUnits } from '../../src/facts/swap.js';

/** As systemd 257 shows them: one that a generator made, one of nobody's file, one that is masked. */
const shownUnits = [
  'Id=dev-zram0.swap\nLoadState=loaded\nFragmentPath=/run/systemd/generator/dev-zram0.swap\nUnitFileState=generated\n',
  'Id=dev-sdb2.swap\nLoadState=loaded\nFragmentPath=\nUnitFileState=\n',
  'Id=dev-sdc2.swap\nLoadState=masked\nFragmentPath=/etc/systemd/system/dev-sdc2.swap\nUnitFileState=masked\n',
  'Id=zramswap.service\nLoadState=loaded\nFragmentPath=/usr/lib/systemd/system/zramswap.service\nUnitFileState=enabled\n',
  'Id=zram-config.service\nLoadState=not-found\nFragmentPath=\nUnitFileState=\n',
  'Id=dphys-swapfile.service\nLoadState=not-found\nFragmentPath=\nUnitFileState=\n',
].join('\n');

const of = (stdout: string): string[] => answer(swapUnits, { code: 0, stdout, stderr: '' });

it('names the units and services that switch swap on at a start', () =>
  expect(of(shownUnits)).toEqual(['dev-zram0.swap', 'zramswap.service']));

it('takes no answer that leaves a service out', () =>
  expect(() => of(shownUnits.slice(0, shownUnits.lastIndexOf('\n\n')))).toThrow(/does not tell of every service/));
