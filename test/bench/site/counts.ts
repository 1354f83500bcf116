/** How many there were, by host. */
export type Counts = ReadonlyMap<string, number>;
