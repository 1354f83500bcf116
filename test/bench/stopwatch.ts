/** Milliseconds that the work takes. */
export async function milliseconds(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Measures several things in turns, so that a machine that slows down meanwhile slows all of them; runs by name. */
export async function inTurns<Name extends string>(
  works: Readonly<Record<Name, () => Promise<number>>>,
  runs: number,
): Promise<Record<Name, number[]>> {
  const found = Object.fromEntries(Object.keys(works).map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let run = 0; run < runs; run += 1)
    for (const name of Object.keys(works) as Name[]) found[name].push(await works[name]());
  return found;
}
