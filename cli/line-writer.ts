import type { Terminal } from "./io.ts";

export interface LineWriter {
  /** Writes a line; the promise resolves once stdout accepts more. */
  write(line: string): Promise<void> | undefined;
  /** Writes the buffered lines. */
  flush(): void;
}

/** Maximum number of buffered characters: one write per line would cost more than producing the line. */
const longestHeld = 65_536;

/**
 * Writes lines to stdout in batches, without delaying finished lines while input is awaited, and no faster
 * than the reader accepts them.
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
