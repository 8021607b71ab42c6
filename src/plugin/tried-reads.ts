/** Returns a function that reads a part: one that throws is added to `unreadable`, and does not hide the others. */
export function triedReads(unreadable: Set<string>): <T>(part: string, read: () => T) => T | undefined {
  return (part, read) => {
    try {
      return read();
    } catch {
      unreadable.add(part);
      return undefined;
    }
  };
}
