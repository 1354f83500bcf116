/** Whether a chart comes from an address, by its digest: an archive of the web, or an artifact of a registry. */
export const isAddress = (chart: string): boolean => /^(https|oci):\/\//.test(chart);
