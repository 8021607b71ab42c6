import { Command } from "commander";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { isSample } from "../evals/data/split/record-keys.ts";
import { type Comparison, compare } from "../evals/replay/compare/compare.ts";
import { compareRouter, type RouterComparison } from "../evals/replay/compare/compare-router.ts";
import { wasTrainedOn } from "../evals/train/was-trained-on.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Io } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { loadRouter } from "./load-router.ts";
import { addPartOptions, type PartOptions, readPart } from "./part-option.ts";
import { refuseBesideConfig } from "./refuse-beside-config.ts";
import { comparisonToJson, comparisonToText } from "./show-comparison.ts";
import { textOption } from "./text-option.ts";

interface Options extends PartOptions {
  readonly outcomes: string;
  readonly small?: string | undefined;
  readonly large?: string | undefined;
  readonly config?: string | undefined;
  readonly classifier?: string | undefined;
  readonly threshold?: string | undefined;
  readonly text: string;
  readonly bootstrap: string;
  readonly seed: string;
  readonly json?: boolean | undefined;
}

/** `switchpoint eval replay`: what routing would have given on recorded outcomes, beside its baselines. */
export function evalReplayCommand(io: Io): Command {
  return addPartOptions(new Command("replay"))
    .description("what routing would have given on recorded outcomes; no model is called")
    .requiredOption("--outcomes <file>", "recorded outcomes: .jsonl or .jsonl.gz")
    .option("--small <name>", "the small model, as the outcomes name it")
    .option("--large <name>", "the large model, as the outcomes name it")
    .option("--config <file>", "replay the router of a config file, instead of --small and --large")
    .option("--classifier <name or file>", "complexity, length or a trained file (default: complexity)")
    .option("--threshold <number>", "complexity in [0, 1] from which the large model is taken (default: 0.7)")
    .option("--text <field>", "what the classifier reads of a record: prompt or question", "prompt")
    .option("--bootstrap <count>", "resamples for the 95 % intervals", "1000")
    .option("--seed <number>", "of the resamples", "1")
    .option("--json", "print JSON: { rows: [{ name, apgr: { value, low, high }, … }] }")
    .addHelpText(
      "after",
      "\nExample:\n  switchpoint eval replay --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5\n",
    )
    .action((options: Options) => evalReplay(options, io));
}

async function evalReplay(options: Options, io: Io): Promise<void> {
  const comparison = await replayed(options, io);
  notices(comparison, options, io);
  io.stdout(options.json ? `${comparisonToJson(comparison)}\n` : `${comparisonToText(comparison)}\n`);
}

async function replayed(options: Options, io: Io): Promise<Comparison | RouterComparison> {
  const { small, large, config, classifier, threshold } = options;
  const settings = {
    text: textOption(options.text),
    resamples: numberOf("--bootstrap", options.bootstrap),
    seed: numberOf("--seed", options.seed),
  };
  if (config !== undefined) {
    refuseBesideConfig({
      "--small": small,
      "--large": large,
      "--classifier": classifier,
      "--threshold": threshold,
    });
    const { records } = await readPart(options.outcomes, options, io);
    const router = await loadRouter(config);
    try {
      return await compareRouter(records, router, settings);
    } finally {
      await router.close();
    }
  }
  if (small === undefined)
    throw new InvalidOptionError("--small", small, "given, with --large; or give --config");
  if (large === undefined)
    throw new InvalidOptionError("--large", large, "given, with --small; or give --config");
  const { classifier: loaded, file } = await loadClassifier(classifier ?? "complexity", [small, large]);
  const known = file === undefined ? () => false : wasTrainedOn(file);
  const { records } = await readPart(options.outcomes, options, io, { keys: file?.keys });
  let knownRecords = 0;
  const counted = async function* (): AsyncGenerator<OutcomeRecord, void, void> {
    for await (const record of records) {
      if (known(record)) knownRecords += 1;
      yield record;
    }
  };
  const comparison = await compare(counted(), {
    ...settings,
    small,
    large,
    classifier: loaded,
    threshold: threshold === undefined ? undefined : numberOf("--threshold", threshold),
  });
  if (knownRecords > 0) {
    const atLeast = file?.keys === undefined || isSample(file.keys) ? "at least " : "";
    const remedy = file?.keys?.split === undefined ? "replay others" : "take the other part (--part)";
    io.stderr(
      `the classifier was trained on ${atLeast}${knownRecords} of these records and looks too good: ${remedy}\n`,
    );
  }
  return comparison;
}

function numberOf(option: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidOptionError(option, text, "a number");
  return value;
}

function notices(comparison: Comparison | RouterComparison, { threshold }: Options, io: Io): void {
  const { skipped, unclassified, rows } = comparison;
  if (skipped > 0)
    io.stderr(`${skipped} records were left out: a model has no outcome there, or none is permitted\n`);
  if (unclassified > 0) io.stderr(`${unclassified} records could not be classified\n`);
  if ("threshold" in comparison) {
    const { small, large, complexities, records } = comparison;
    const qualityOf = (name: string): number => rows.find((row) => row.name === name)?.quality?.value ?? 0;
    if (complexities === 1 && records > 1)
      io.stderr("the classifier gives all records the same complexity: it cannot tell them apart\n");
    if (qualityOf("always-large") <= qualityOf("always-small"))
      io.stderr(
        `${large} is not better than ${small} on these records: there is no gap to recover, so that APGR, PGR and CPT are n/a\n`,
      );
    if (threshold === undefined)
      io.stderr(`threshold ${comparison.threshold} is a default that is not tuned on these outcomes\n`);
  }
  if (rows[0]?.costUsd === undefined) io.stderr("cost metrics are n/a: not every outcome has costUsd\n");
}
