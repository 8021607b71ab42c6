import { Command } from "commander";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { isSample } from "../evals/data/split/record-keys.ts";
import { type Comparison, compare } from "../evals/replay/compare/compare.ts";
import { wasTrainedOn } from "../evals/train/was-trained-on.ts";
import { classifierOption } from "./eval-options/classifier.ts";
import { bootstrapOption, intervalsOf, seedOption } from "./eval-options/intervals.ts";
import { outcomesOption } from "./eval-options/outcomes.ts";
import { largeOption, smallOption } from "./eval-options/pair.ts";
import { addPartOptions, type PartOptions, readPart } from "./eval-options/part.ts";
import { textOf, textOption } from "./eval-options/text.ts";
import { thresholdOf, thresholdOption } from "./eval-options/threshold.ts";
import type { Io } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { numberOption } from "./number-option.ts";
import { comparisonToJson, comparisonToText } from "./show-comparison.ts";

interface Options extends PartOptions {
  readonly outcomes: string;
  readonly small: string;
  readonly large: string;
  readonly classifier?: string | undefined;
  readonly threshold?: string | undefined;
  readonly text?: string | undefined;
  readonly bootstrap: string;
  readonly seed: string;
  readonly cascade?: string | boolean | undefined;
  readonly with?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * The command `switchpoint eval replay`: computes what a classifier with a threshold would have given on
 * recorded outcomes, next to its baselines.
 */
export function evalReplayCommand(io: Io): Command {
  return addPartOptions(new Command("replay"))
    .description("compute what routing would have given on recorded outcomes; no model is called")
    .addOption(outcomesOption())
    .addOption(smallOption().makeOptionMandatory())
    .addOption(largeOption().makeOptionMandatory())
    .addOption(classifierOption())
    .addOption(thresholdOption())
    .option(
      "--cascade [min]",
      "also a cascade by the small model's log-probability: the lowest that is accepted, at most 0 (default: as many large calls as the classifier)",
    )
    .option(
      "--with <name>",
      "also a cascade by agreement of the small model with this one, as the outcomes name it; needs answers",
    )
    .addOption(textOption())
    .addOption(bootstrapOption())
    .addOption(seedOption("seed of the resamples"))
    .option("--json", "print JSON: { rows: [{ name, apgr: { value, low, high }, … }] }")
    .addHelpText(
      "after",
      "\neval report does the same for the router of a config file.\n\nExample:\n  switchpoint eval replay --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5\n  switchpoint eval replay --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5 --cascade -0.3\n",
    )
    .action((options: Options) => evalReplay(options, io));
}

async function evalReplay(options: Options, io: Io): Promise<void> {
  const comparison = await replayed(options, io);
  notices(comparison, options, io);
  io.stdout(options.json ? `${comparisonToJson(comparison)}\n` : `${comparisonToText(comparison)}\n`);
}

async function replayed(options: Options, io: Io): Promise<Comparison> {
  const { small, large, classifier } = options;
  const settings = { text: textOf(options.text), ...intervalsOf(options) };
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
    threshold: thresholdOf(options.threshold),
    cascade: cascadeOf(options.cascade),
    other: options.with,
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

/** Parses `--cascade`, which may stand without a number. */
function cascadeOf(value: string | boolean | undefined): { readonly min?: number | undefined } | undefined {
  if (value === undefined || value === false) return undefined;
  return typeof value === "string" ? { min: numberOption("--cascade", value, -Number.MAX_VALUE, 0) } : {};
}

function notices(comparison: Comparison, { threshold }: Options, io: Io): void {
  const { skipped, unclassified, unsure = 0, rows, small, large, complexities, records } = comparison;
  if (skipped > 0) io.stderr(`${skipped} records were left out: a model has no outcome there\n`);
  if (unclassified > 0) io.stderr(`${unclassified} records could not be classified\n`);
  if (unsure > 0) io.stderr(`${unsure} records have no logprobConfidence: a cascade by it escalates them\n`);
  const qualityOf = (name: string): number => rows.find((row) => row.name === name)?.quality?.value ?? 0;
  if (complexities === 1 && records > 1)
    io.stderr("the classifier gives all records the same complexity: it cannot tell them apart\n");
  if (qualityOf("always-large") <= qualityOf("always-small"))
    io.stderr(
      `${large} is not better than ${small} on these records: there is no gap to recover, so that APGR, PGR and CPT are n/a\n`,
    );
  if (threshold === undefined)
    io.stderr(`threshold ${comparison.threshold} is a default that is not tuned on these outcomes\n`);
  if (rows[0]?.costUsd === undefined) io.stderr("cost metrics are n/a: not every outcome has costUsd\n");
}
