import { Command } from "commander";
import type { Terminal } from "./io.ts";
import { addLoopOptions } from "./loop-options.ts";
import { type LoopOptions, readLoopStatus } from "./read-loop-status.ts";
import { loopToText } from "./show-loop.ts";
import { toJson } from "./to-json.ts";

/** The command `switchpoint loop status`: the progress of an audit towards a certificate. */
export function loopStatusCommand(terminal: Terminal): Command {
  return addLoopOptions(new Command("status"))
    .description(
      "show the progress of an audit towards a certificate, its cost, and what to do next; no model is called",
    )
    .option("--json", "print JSON: { records, evidence, audit, live, next, … }", false)
    .addHelpText(
      "after",
      `
Whether the records are enough is tested at 200, 400, 800 … of them, each time with half of the error that is left, so that
you may ask as often as you like. Requests that a pin, a cap, a budget or a fallback decided are counted apart: they say
nothing about the policy.

Exit codes: 0 done, 2 wrong usage or a file that cannot be read.

Example:
  switchpoint loop status --config router.mjs
  switchpoint loop status --file audit.jsonl --max-loss 0.02 --json
`,
    )
    .action(async ({ json, ...options }: LoopOptions & { readonly json: boolean }) => {
      const status = await readLoopStatus(options, terminal);
      terminal.stdout(json ? `${toJson(status, 2)}\n` : loopToText(status));
    });
}
