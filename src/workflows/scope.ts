import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';

/** What a cancelled call ends with; an activity that died while it was being cancelled was cancelled all the same. */
export function cancellation(error: unknown): Error | undefined {
  if (isCancellation(error)) return error as Error;
  return CancellationScope.current().consideredCancelled ? new CancelledFailure('cancelled') : undefined;
}

/** All of them; the first that fails cancels the others, and is thrown once they have ended: nothing runs on behind it. */
export function allOrNone<T>(start: () => Promise<T>[]): Promise<T[]> {
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const failures: Error[] = [];
    const results = await Promise.allSettled(
      start().map((one) =>
        one.catch((error: Error) => {
          failures.push(error);
          scope.cancel();
          throw error;
        }),
      ),
    );
    const [first] = failures;
    if (first) throw first;
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  });
}
