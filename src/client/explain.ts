/** Wrong usage that commander cannot see: exit code 2. */
export class UsageError extends Error {}

/** What a person is told of an error, and the exit code that goes with it. */
export async function explain(error: unknown): Promise<{ text: string; exitCode: number }> {
  if (error instanceof UsageError) return { text: error.message, exitCode: 2 };
  if (error instanceof Error && error.name === 'SpecProblems') {
    const { formatProblems } = await import('./spec/format.js');
    const { problems, text } = error as import('./spec/problem.js').SpecProblems;
    return { text: formatProblems(problems, text), exitCode: 2 };
  }
  // An Update's validator said no: its reason is the innermost message.
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return { text: innermost instanceof Error ? innermost.message : String(innermost), exitCode: 1 };
}
