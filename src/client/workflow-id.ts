/** The id of a cluster's operations: one at a time. */
export const workflowId = (cluster: string): string => `cluster/${cluster}`;
