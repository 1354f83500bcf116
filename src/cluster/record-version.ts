/** Version of a cluster's record; grows when an older kha could not read it any more. */
export const recordVersion = 1;
