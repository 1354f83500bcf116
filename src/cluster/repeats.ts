/** Where a list has again what it had before, and where it had it first; of undefined nothing is said. */
export function repeats<T extends string | undefined>(
  values: readonly T[],
): { readonly index: number; readonly first: number; readonly value: NonNullable<T> }[] {
  const firsts = new Map<NonNullable<T>, number>();
  return values.flatMap((value, index) => {
    if (value === undefined) return [];
    const first = firsts.get(value);
    if (first === undefined) firsts.set(value, index);
    return first === undefined ? [] : [{ index, first, value }];
  });
}
