/** In the place of src/workflows/sizes.ts: some dozens of workers come to several waves, each of several batches. */
export const few = 10;
export const batchSize = 4;
export const most = 16;
export const waveSize = 8;
