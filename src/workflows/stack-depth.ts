/**
 * Frames of a stack trace in workflow code. For the call stack that the UI can ask for, Temporal's SDK takes one at each promise
 * there, and with V8's ten frames that was two thirds of the processor time of workflows (docs/performance.md). Where an error
 * comes from still stands in the first of them.
 */
Error.stackTraceLimit = 3;
