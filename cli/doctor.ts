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
  readonly call?: boolean | undefined;
  readonly maxPriceAge: string;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint doctor`: reports what works and what does not. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command("doctor")
    .description(
      "check keys, endpoints, model names, capabilities and prices: what works, and what to do next",
    )
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .option("--timeout <seconds>", "longest wait for an endpoint", "5")
    .option("--call", "also send a short prompt to each model, which costs a fraction of a cent")
    .option("--max-price-age <days>", "age from which a price counts as old", "120")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Endpoints get a health check at the same time; without --call, no prompt is sent to a model. Variables are
shown by name, never by value. Models without a known price, prices that were last checked long ago, and models
that their provider retires are listed; with --call also those in whose place another model answers.

Exit codes: 0 everything works, 1 something does not (see Problems), 2 wrong usage.

Example:
  switchpoint doctor
  switchpoint doctor --call
  switchpoint doctor --config router.ts --json
`,
    )
    .action(async ({ config, timeout, call = false, maxPriceAge, json }: Options) => {
      const timeoutMs = 1_000 * numberOption("--timeout", timeout, 0.001, 3_600);
      const maxPriceAgeDays = numberOption("--max-price-age", maxPriceAge, 0, 100_000);
      const diagnosis = await diagnose({ config, timeoutMs, call, maxPriceAgeDays }, terminal);
      terminal.stdout(json ? `${toJson(diagnosis, 2)}\n` : showDiagnosis(diagnosis));
      if (!diagnosis.works) throw new CheckFailedError();
    });
}
