import { showHidden } from "../src/plugin/show-hidden.ts";
import type { Terminal } from "./io.ts";

/**
 * The terminal with all text made visible: a name, category or answer from a file or a model must not steer
 * the terminal it is shown on. Commands write no control characters of their own but line breaks and tabs.
 */
export function visibleTerminal(terminal: Terminal): Terminal {
  const stdout = (text: string): void => terminal.stdout(showHidden(text));
  const stderr = (text: string): void => terminal.stderr(showHidden(text));
  const answer = terminal.columns === undefined ? terminal.stdout : stdout;
  // What it has besides is read only when asked for: stdin would be opened.
  return Object.create(terminal, {
    stdout: { value: stdout },
    stderr: { value: stderr },
    answer: { value: answer },
  });
}
