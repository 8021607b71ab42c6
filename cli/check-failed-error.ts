/** Ends a command that ran to completion and has already reported a failed check: exit code 1. */
export class CheckFailedError extends Error {}
