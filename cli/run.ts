import { CommanderError } from "commander";
import { CheckFailedError } from "./check-failed-error.ts";
import type { Terminal } from "./io.ts";
import { createProgram } from "./program.ts";
import { ProgramExit } from "./program-exit.ts";
import { exitCodeOf, showError } from "./show-error.ts";
import { visibleTerminal } from "./visible-terminal.ts";

/** Runs a command line, given without the program's name. Resolves to the exit code; never rejects. */
export async function run(args: readonly string[], given: Terminal): Promise<number> {
  const terminal = visibleTerminal(given);
  try {
    await createProgram(terminal).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CheckFailedError) return 1;
    if (error instanceof ProgramExit) return error.exitCode;
    // Commander has already printed its message; help and version are not failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.stderr(showError(error, terminal.env));
    return exitCodeOf(error);
  }
}
