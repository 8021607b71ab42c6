import { CommanderError } from "commander";
import { CheckFailedError } from "./check-failed-error.ts";
import type { Terminal } from "./io.ts";
import { createProgram } from "./program.ts";
import { exitCodeOf, showError } from "./show-error.ts";
import { visibleTerminal } from "./visible-terminal.ts";

/** Runs one command line, without the name of the program. Resolves to the exit code; never rejects. */
export async function run(args: readonly string[], given: Terminal): Promise<number> {
  const terminal = visibleTerminal(given);
  try {
    await createProgram(terminal).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CheckFailedError) return 1;
    // It has said what it has to say; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.stderr(showError(error, terminal.env));
    return exitCodeOf(error);
  }
}
