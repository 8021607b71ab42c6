/** The variables of the process, as they are now; none where there is no process, as in Workers. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return globalThis.process?.env ?? {};
}
