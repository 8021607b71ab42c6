import type { Terminal } from "./io.ts";

export interface LineWriter {
  /** Resolves once stdout takes more. */
  write(line: string): Promise<void> | undefined;
  /** Writes what is held back. */
  flush(): void;
}

/** Held back at most: a write per line would cost more than what the line took to make. */
const longestHeld = 65_536;

/**
 * Writes lines to stdout many at a time, without holding back what is ready while input is awaited,
 * and no faster than the reader takes them.
 */
export function lineWriter(terminal: Terminal): LineWriter {
  let held = "";
  let timer: NodeJS.Immediate | undefined;
  const flush = (): void => {
    clearImmediate(timer);
    timer = undefined;
    const text = held;
    held = "";
    if (text !== "") terminal.stdout(text);
  };
  return {
    write(line) {
      held += `${line}\n`;
      timer ??= setImmediate(flush);
      if (held.length < longestHeld) return undefined;
      flush();
      return terminal.drained();
    },
    flush,
  };
}
