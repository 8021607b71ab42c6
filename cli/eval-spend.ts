import { Command } from "commander";
import { netSaving } from "../evals/monitor/spend/net-saving.ts";
import { readSpend } from "../evals/monitor/spend/read-spend.ts";
import { InvalidOptionError, isRouterError, type Price } from "../src/contracts/index.ts";
import { lookUpName } from "../src/router/cost/inner.ts";
import { repeated } from "./eval-options/repeated.ts";
import type { Io } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { type SpendResult, spendToText } from "./show-spend.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

interface Options {
  readonly log: readonly string[];
  readonly large?: string | undefined;
  readonly config?: string | undefined;
  readonly confidence: string;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint eval spend`: what was spent, and what routing saved after all of it. */
export function evalSpendCommand(io: Io): Command {
  return new Command("spend")
    .description(
      "add up decision logs: what was spent on what, and what routing saved net; no model is called",
    )
    .option(
      "--log <file>",
      "decision log: .jsonl or .jsonl.gz; may be repeated, and logs may overlap",
      repeated,
      [],
    )
    .option("--large <model>", "compare with sending every request to this model: its id, or provider:model")
    .option("--config <file>", "the router, for the price of --large (default: the catalogue's)")
    .option("--confidence <number>", "confidence of the interval", "0.95")
    .option(
      "--json",
      "print JSON: { spend: { total, byModel, … }, saving: { savedUsd: { value, low, high }, … } }",
    )
    .addHelpText(
      "after",
      `
Each attempt counts once: answers, retries, hedges, cascade steps, judges, classifiers, abandoned streams. Costs
that are not known are counted apart and never as 0. The saving is net of all of them, against --large with its
prompt cache. It has an interval only if every request had a chance to go to --large: explore(0.02, policy).

Example:
  switchpoint eval spend --log decisions.jsonl
  switchpoint eval spend --log monday.jsonl.gz --log tuesday.jsonl --large large --config router.ts
`,
    )
    .action((options: Options) => evalSpend(options, io));
}

async function evalSpend({ log, large, config, confidence: level, json }: Options, io: Io): Promise<void> {
  if (log.length === 0) throw new InvalidOptionError("--log", undefined, "a decision log");
  const confidence = numberOption("--confidence", level, 0.5, 0.9999);
  if (config !== undefined && large === undefined)
    throw new InvalidOptionError("--config", config, "given together with --large, whose price it has");
  const price = large === undefined ? undefined : await priceOf(large, config);
  const { spend, requests } = await readSpend({ logs: log, large });
  let result: SpendResult = { spend };
  if (large !== undefined && price !== undefined) {
    try {
      const { costUsd: unlistedUsd } = spend.unlisted;
      result = { spend, large, saving: await netSaving(requests, { large, price, unlistedUsd, confidence }) };
    } catch (error) {
      if (!isRouterError(error, "insufficient-evidence")) throw error;
      result = { spend, large, noSaving: error.message };
    }
  }
  io.stdout(json ? `${toJson(result, 2)}\n` : spendToText(result));
}

/** Returns the price of a model, by its id in a config or by its name. */
async function priceOf(large: string, config: string | undefined): Promise<Price> {
  const price =
    config === undefined
      ? lookUpName(large)?.price
      : await withRouter(config, ({ models }) => {
          const entries = Object.entries(models);
          const found =
            entries.find(([id]) => id === large) ?? entries.find(([, { name }]) => name === large);
          if (found === undefined)
            throw new InvalidOptionError(
              "--large",
              large,
              `a model of ${config}: ${Object.keys(models).join(", ")}`,
            );
          return found[1].price;
        });
  if (price !== undefined) return price;
  throw new InvalidOptionError(
    "--large",
    large,
    config === undefined
      ? "a model of the catalogue as provider:model, or an id with --config, which has its price"
      : "a model with a price: give it one in the config",
  );
}
