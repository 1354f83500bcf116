import { isGrpcServiceError, ServiceError } from './temporal.js';

/** gRPC codes of what passes by itself (grpc.io, status codes): cancelled with its connection, too late, shedding load, unavailable. */
const passing: readonly number[] = [1, 4, 8, 14];
const failedPrecondition = 9;

/**
 * Whether server or worker were away, so that asking again later is right. Of a query that the server itself refuses only
 * the missing worker passes: a run whose workflow code fails is to be told.
 */
export function isAway(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(cause)) {
    const code: number = cause.code;
    return passing.includes(code) || (code === failedPrecondition && /no poller/.test(cause.details));
  }
  // A connection that could not be made, or was closed under the question.
  return (
    cause instanceof Error && /^Failed to connect before the deadline|[Cc]hannel has been shut down/.test(cause.message)
  );
}
