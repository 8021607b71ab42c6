import { Command } from "commander";
import { collect, estimateCollect } from "../evals/collect/collect.ts";
import type { CollectOptions } from "../evals/collect/collect-options.ts";
import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { seedOf, seedOption } from "./eval-options/intervals.ts";
import type { Terminal } from "./io.ts";
import { loadScorer, scorerNames } from "./load-scorer.ts";
import { numberOption } from "./number-option.ts";
import { optionalNumber } from "./optional-number.ts";
import { collectionToText, estimateToText, progressToText } from "./show-collection.ts";
import { showProgress } from "./show-progress.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

interface Options {
  readonly dataset: string;
  readonly config: string;
  readonly out: string;
  readonly scorer: string;
  readonly models?: string | undefined;
  readonly baseline?: string | undefined;
  readonly sample?: string | undefined;
  readonly seed: string;
  readonly repeat: string;
  readonly concurrency: string;
  readonly requestsPerMinute?: string | undefined;
  readonly tokensPerMinute?: string | undefined;
  readonly timeoutMs: string;
  readonly retries: string;
  readonly countTimeouts: boolean;
  readonly maxCost?: string | undefined;
  readonly maxOutputTokens?: string | undefined;
  readonly keepAnswers: boolean;
  readonly batch: boolean;
  readonly pollSeconds: string;
  readonly dryRun: boolean;
  readonly rescore: boolean;
  readonly restart: boolean;
  readonly json: boolean;
}

/**
 * The command `switchpoint eval collect`: runs models over a dataset and records their answers with scores
 * and prices.
 */
export function evalCollectCommand(terminal: Terminal): Command {
  return new Command("collect")
    .description("run the models of a config over a dataset; score, price and record their answers")
    .requiredOption(
      "--dataset <file>",
      "requests: .jsonl or .jsonl.gz of { id, prompt | messages, expected?, … }",
    )
    .requiredOption("--config <file>", "a module whose default export is a router: its models are run")
    .requiredOption("--out <file>", "where the outcomes go: .jsonl or .jsonl.gz")
    .option(
      "--scorer <name or file>",
      `${scorerNames}, or a module whose default export is a scorer`,
      "normalised",
    )
    .option("--models <ids>", "ids of the router's models, separated by commas (default: all)")
    .option("--baseline <id>", "the model whose answers the scorer compares the others with")
    .option("--sample <count>", "records, drawn at random (default: all)")
    .addOption(seedOption("seed of the sample"))
    .option("--repeat <count>", "calls per record and model; quality is their mean", "1")
    .option("--concurrency <count>", "calls under way at each model", "4")
    .option("--requests-per-minute <count>", "limit of each model (default: no limit)")
    .option("--tokens-per-minute <count>", "limit of each model, input and output (default: no limit)")
    .option("--timeout-ms <ms>", "longest call", "600000")
    .option("--retries <count>", "further tries after a failure that may pass", "4")
    .option("--count-timeouts", "a call that times out again and again counts as failed: quality 0", false)
    .option("--max-cost <usd>", "begin no call that could bring the cost of all runs above this")
    .option("--max-output-tokens <count>", "limit of each answer (default: that of model and provider)")
    .option("--no-keep-answers", "leave the answers out of the outcomes")
    .option("--batch", "use the batch interfaces of OpenAI and Anthropic: half the price, up to a day", false)
    .option("--poll-seconds <seconds>", "longest time between two polls of a batch", "60")
    .option("--dry-run", "print the expected cost, and call no model", false)
    .option("--rescore", "continue with another scorer: score the existing answers again", false)
    .option("--restart", "discard the results of earlier runs, and pay for them again", false)
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      `
The result of each call is on disk at once, in <out>.partial.jsonl: after a kill, a Ctrl-C, failures or
--max-cost the same command continues. Exit code 1: something is missing.

Example:
  switchpoint eval collect --dataset prompts.jsonl --config router.ts --scorer numeric --out outcomes.jsonl --dry-run
  switchpoint eval collect --dataset prompts.jsonl --config router.ts --scorer numeric --out outcomes.jsonl --max-cost 5 --max-output-tokens 1000
`,
    )
    .action((options: Options) => evalCollect(options, terminal));
}

async function evalCollect(options: Options, terminal: Terminal): Promise<void> {
  await withRouter(options.config, async (router) => {
    const given = await collectOptions(options, router);
    if (!options.dryRun) return run(given, options, terminal);
    const estimate = await estimateCollect(given);
    terminal.stdout(options.json ? `${toJson(estimate)}\n` : `${estimateToText(estimate)}\n`);
  });
}

async function run(given: CollectOptions, { json }: Options, terminal: Terminal): Promise<void> {
  const stop = new AbortController();
  const display = await showProgress(terminal);
  const keep = terminal.onInterrupt?.(() => {
    terminal.stderr(
      "stopping: waiting for calls under way, which are paid for; interrupt again to end at once\n",
    );
    stop.abort();
  });
  try {
    const collection = await collect({
      ...given,
      signal: stop.signal,
      onEstimate: (estimate) => terminal.stderr(`${estimateToText(estimate)}\n`),
      onProgress: (progress) => display.update(progressToText(progress)),
    }).finally(display.end);
    if (collection.repeated > 0)
      terminal.stderr(
        `${collection.repeated} calls were under way when an earlier run was killed: they may be paid for twice\n`,
      );
    terminal.stdout(json ? `${toJson(collection)}\n` : `${collectionToText(collection)}\n`);
    if (!collection.complete) throw new CheckFailedError();
  } finally {
    keep?.();
  }
}

async function collectOptions(options: Options, router: Router): Promise<CollectOptions> {
  const { scorer, version } = await loadScorer(options.scorer);
  const count = (option: string, text: string | undefined, most = 1e9): number | undefined =>
    text === undefined ? undefined : wholeNumber(option, text, most);
  return {
    dataset: options.dataset,
    router,
    models: options.models?.split(",").map((id) => id.trim()),
    scorer,
    scorerVersion: version,
    baseline: options.baseline,
    out: options.out,
    sample: count("--sample", options.sample),
    seed: seedOf(options.seed),
    repeats: count("--repeat", options.repeat, 1000),
    concurrency: count("--concurrency", options.concurrency, 1000),
    requestsPerMinute: optionalNumber("--requests-per-minute", options.requestsPerMinute, 0.001, 1e9),
    tokensPerMinute: optionalNumber("--tokens-per-minute", options.tokensPerMinute, 0.001, 1e9),
    timeoutMs: numberOption("--timeout-ms", options.timeoutMs, 1, 2 ** 31 - 1),
    retries: numberOption("--retries", options.retries, 0, 100),
    countTimeouts: options.countTimeouts,
    maxCostUsd: optionalNumber("--max-cost", options.maxCost, 0, 1e9),
    maxOutputTokens: count("--max-output-tokens", options.maxOutputTokens),
    keepAnswers: options.keepAnswers,
    batch: options.batch,
    batchPollMs: numberOption("--poll-seconds", options.pollSeconds, 0.01, 86_400) * 1000,
    rescore: options.rescore,
    restart: options.restart,
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = numberOption(option, text, 1, most);
  if (!Number.isInteger(value)) throw new InvalidOptionError(option, text, `a whole number in [1, ${most}]`);
  return value;
}
