/** Whether a file is not there, of what reading it threw. */
export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Why a file that a person named cannot be read, in words for a problem that names the file. Throws what is no matter of the file. */
export function unreadWords(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  return isAbsent(error) ? 'there is no such file' : `the file cannot be read: ${error.message}`;
}
