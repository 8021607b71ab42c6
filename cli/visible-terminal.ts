import { showHidden } from "../src/plugin/show-hidden.ts";
import type { Terminal } from "./io.ts";
import { hasColours, showStyles } from "./paint.ts";

/**
 * Returns the terminal with hidden characters made visible in all output: a name, category or answer from a
 * file or a model must not control the user's terminal. Commands themselves write no control characters
 * except line breaks, tabs and the styles of `paint`.
 */
export function visibleTerminal(terminal: Terminal): Terminal {
  const { env } = terminal;
  const outHasColours = hasColours(env, terminal.columns !== undefined);
  const errHasColours = hasColours(env, terminal.stderrIsTerminal === true);
  const stdout = (text: string): void => terminal.stdout(showStyles(showHidden(text), outHasColours));
  const stderr = (text: string): void => terminal.stderr(showStyles(showHidden(text), errHasColours));
  const answer = terminal.columns === undefined ? terminal.stdout : stdout;
  // Other members are read only when used: reading stdin would open it.
  return Object.create(terminal, {
    stdout: { value: stdout },
    stderr: { value: stderr },
    answer: { value: answer },
  });
}
