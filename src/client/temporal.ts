import { createRequire } from 'node:module';

/**
 * Temporal's client. It is required, as an ES import of it has Node look through 200 CommonJS files for their names first:
 * a seventh of the processor time of a command that asks a server.
 */
const require = createRequire(import.meta.url);
export const {
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} = require('@temporalio/client') as typeof import('@temporalio/client');
export const { defineSearchAttributeKey, SearchAttributeType, TimeoutFailure, TypedSearchAttributes } =
  require('@temporalio/common') as typeof import('@temporalio/common');
