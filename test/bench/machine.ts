import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The machine in words that fit any like it. */
export const machine = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() || 'of an unknown make'}), ${Math.round(totalmem() / 2 ** 30)} GB of memory, Linux ${release().split('-')[0]}, Node ${process.versions.node}`;
