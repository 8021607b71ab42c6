/** Writes a value as one word of a command line, in quotes where a shell would change it. */
export function shellWord(value: string): string {
  return /^[\w./:@=+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
