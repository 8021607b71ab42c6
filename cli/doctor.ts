import { Command } from "commander";
import { CheckFailedError } from "./check-failed-error.ts";
import { diagnose } from "./diagnose.ts";
import type { Terminal } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { showDiagnosis } from "./show-diagnosis.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly config?: string | undefined;
  readonly timeout: string;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint doctor`: reports what works and what does not. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command("doctor")
    .description("check keys, endpoints, model names, context windows and prices")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .option("--timeout <seconds>", "longest wait for an endpoint", "5")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Endpoints get a health check; no prompt is sent to a model. Variables are shown by name, never by
value. Exit code 1: something does not work.

Example:
  switchpoint doctor
  switchpoint doctor --config router.ts --json
`,
    )
    .action(async ({ config, timeout, json }: Options) => {
      const timeoutMs = 1_000 * numberOption("--timeout", timeout, 0.001, 3_600);
      const diagnosis = await diagnose(config, timeoutMs, terminal);
      terminal.stdout(json ? `${toJson(diagnosis, 2)}\n` : showDiagnosis(diagnosis));
      if (!diagnosis.works) throw new CheckFailedError();
    });
}
