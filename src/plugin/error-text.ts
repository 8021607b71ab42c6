/** Returns name and message of an error, or what was thrown in place of one. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
