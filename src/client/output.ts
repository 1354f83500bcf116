/** Prints facts for programs: the shapes that docs/cli.md names. */
export const printJson = (facts: unknown): void => console.log(JSON.stringify(facts, null, 2));
