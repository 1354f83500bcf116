import { expect, it } from 'vitest';
import { chosenOf, installedAs } from '../../../src/bundle/build/apt-copy.js';

it('reads which packages apt would install, in which versions', () => {
  const simulated = `Inst gcc-14-base (14.2.0-19 Debian:13.2/stable [arm64])
Inst libc6 [2.40-1] (2.41-12+deb13u1 Debian:13.2/stable, Debian-Security:13/stable-security [arm64]) []
Inst tzdata (2025b-4+deb13u1 Debian:13.2/stable [all])
Conf libc6 (2.41-12+deb13u1 Debian:13.2/stable [arm64])
`;
  expect(chosenOf(simulated)).toEqual(['gcc-14-base=14.2.0-19', 'libc6=2.41-12+deb13u1', 'tzdata=2025b-4+deb13u1']);
});

it('writes a repository’s entries as those of installed packages', () => {
  const shown =
    'Package: libc6\nArchitecture: arm64\nDescription: C\n library\n\n\nPackage: dash\nArchitecture: arm64\n\n';
  expect(installedAs(shown)).toBe(
    'Package: libc6\nArchitecture: arm64\nDescription: C\n library\nStatus: install ok installed\n\nPackage: dash\nArchitecture: arm64\nStatus: install ok installed\n\n',
  );
});
