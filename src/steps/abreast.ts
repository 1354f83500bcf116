/**
 * Does something with each of many, in their order and at most so many at once. Once one has failed no other is begun; what
 * it failed with is thrown when those under way have ended, so that nothing goes on behind the caller's back.
 */
export async function abreast<T>(
  many: readonly T[],
  atMost: number,
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const left = many.values();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const one of left) {
      if (failed) return;
      await work(one).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(atMost, many.length) }, lane));
  for (const one of lanes) if (one.status === 'rejected') throw one.reason;
}

/** Channels that a connection has for the commands of one step: sshd's MaxSessions is 10 (sshd_config(5)). */
export const channels = 8;
