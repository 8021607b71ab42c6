import { Command } from "commander";
import { createKey } from "../src/serve/http/server/index.ts";
import type { Terminal } from "./io.ts";
import { optionalNumber } from "./optional-number.ts";
import { pairOption } from "./pair-option.ts";

interface Options {
  readonly tenant?: string | undefined;
  readonly label: readonly string[];
  readonly maxCostUsd?: string | undefined;
  readonly expiresAt?: string | undefined;
}

/** The command `switchpoint serve key`: a new key to stderr, and its record to stdout. */
export function serveKeyCommand(terminal: Terminal): Command {
  return new Command("key")
    .description("make a key: the key itself to stderr, the line for the keys file to stdout")
    .option("--tenant <name>", "tenant of all requests with this key")
    .option("--label <name=value>", "label of all its requests; may be given again", collect, [])
    .option("--max-cost-usd <amount>", "most that one request may cost")
    .option("--expires-at <time>", "time from which on it does not count, 2027-01-31T00:00:00Z")
    .addHelpText(
      "after",
      "\nThe file holds hashes alone: the key is shown once.\n\nExample:\n  switchpoint serve key --tenant acme >> keys.jsonl\n",
    )
    .action((options: Options) => {
      const { tenant, label, expiresAt } = options;
      const maxCostUsd = optionalNumber("--max-cost-usd", options.maxCostUsd, Number.MIN_VALUE, 1e9);
      const { key, record } = createKey({
        ...(tenant !== undefined && { tenant }),
        ...(label.length > 0 && {
          labels: Object.fromEntries(label.map((text) => pairOption("--label", text, "name=value"))),
        }),
        ...(maxCostUsd !== undefined && { maxCostUsd }),
        ...(expiresAt !== undefined && { expiresAt }),
      });
      terminal.stdout(`${JSON.stringify(record)}\n`);
      terminal.stderr(`${key}\n`);
    });
}

/** Gathers the values of an option that may be given again. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
