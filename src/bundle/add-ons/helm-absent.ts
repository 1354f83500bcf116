/** There is no Helm on this machine, and none can be had. */
export class HelmAbsent extends Error {}
