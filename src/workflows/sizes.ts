/** Up to so many hosts each goes by itself; of larger clusters the workers go in batches of `batchSize`. */
export const few = 50;
export const batchSize = 25;
/** Beyond so many such workers a run gives them to child workflows, `waveSize` to each: see docs/decisions/0021-waves.md. */
export const most = 500;
export const waveSize = 250;
