const shown = 20;

/** What is missing, where it may be missing of thousands of nodes: the first of it, and how much more; nobody reads it all. */
export function firstFew(missing: readonly string[]): string[] {
  const more = missing.length - shown;
  return more > 1 ? [...missing.slice(0, shown), `and ${more} more like these`] : [...missing];
}
