/** Ends a command that has done its work and has already said that the check failed: exit code 1. */
export class CheckFailedError extends Error {}
