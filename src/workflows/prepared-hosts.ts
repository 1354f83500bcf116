import {
  claimHost,
  configureContainerd,
  configureKubelet,
  configureSelinux,
  disableSelinux,
  disableSwap,
  installBinaries,
  installPackages,
  loadKernelModules,
  openFirewall,
  setKernelParameters,
  synchroniseTime,
  writeHostNames,
} from '../steps/index.js';

/** What every host goes through, whoever it is to be. Their names first: without DNS, sudo waits for the host's own name at every command. */
export const preparation = [
  claimHost,
  writeHostNames,
  openFirewall,
  disableSelinux,
  disableSwap,
  loadKernelModules,
  setKernelParameters,
  synchroniseTime,
];

export const packagesAndRuntime = [
  installPackages,
  installBinaries,
  configureSelinux,
  configureContainerd,
  configureKubelet,
];
