/** Tells what long work is doing, `seconds` when it is done, and what a person should know. */
export type Report = (event: {
  readonly what: string;
  readonly state: 'start' | 'done' | 'warning';
  readonly seconds?: number;
}) => void;

/** Does work and tells of it, with how long it took. */
export async function reported<T>(report: Report, what: string, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  report({ what, state: 'start' });
  const result = await work();
  report({ what, state: 'done', seconds: (Date.now() - begun) / 1000 });
  return result;
}
