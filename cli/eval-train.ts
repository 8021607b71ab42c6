import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import { trainClassifier } from "../evals/train/train-classifier.ts";
import { writeClassifier } from "../evals/train/write-classifier.ts";
import { bootstrapOption, intervalsOf, seedOption } from "./eval-options/intervals.ts";
import { outcomesOption } from "./eval-options/outcomes.ts";
import { largeOption, type Pair, smallOption } from "./eval-options/pair.ts";
import { addPartOptions, type PartOptions, readPart } from "./eval-options/part.ts";
import { textOf, textOption } from "./eval-options/text.ts";
import type { Io } from "./io.ts";
import { trainingToJson, trainingToText } from "./show-training.ts";

interface Options extends PartOptions, Pair {
  readonly outcomes: string;
  readonly models?: readonly string[] | undefined;
  readonly text?: string | undefined;
  readonly candidate?: string | undefined;
  readonly bootstrap: string;
  readonly seed: string;
  readonly out: string;
  readonly json: boolean;
}

/** The command `switchpoint eval train`: trains your own classifier on recorded outcomes. */
export function evalTrainCommand(io: Io): Command {
  return addPartOptions(new Command("train"))
    .description("train a classifier on recorded outcomes, and say whether it beats prompt length")
    .addOption(outcomesOption())
    .addOption(smallOption().makeOptionMandatory())
    .addOption(largeOption().makeOptionMandatory())
    .option("--models <names...>", "more models that get a quality curve")
    .addOption(textOption())
    .option("--candidate <name>", "take this one even if it does not surely beat length; best: the best one")
    .addOption(bootstrapOption())
    .addOption(seedOption("seed of folds, samples and resamples"))
    .option("--out <file>", "path of the classifier file", "classifier.json")
    .option("--json", "print JSON: { candidates: [{ name, apgr: { value, low, high }, … }], … }", false)
    .addHelpText(
      "after",
      `
All candidates are measured by cross-validation. A learnt one is written if its interval is above chance and
above prompt length: their mean, unless another one is surely better. If none is, length or the default
classifier is written, and the line before the last says so.

Example:
  switchpoint eval train --outcomes outcomes.jsonl.gz --part fit --small openai:gpt-5-mini --large openai:gpt-5
  switchpoint classify requests.jsonl --classifier classifier.json
`,
    )
    .action((options: Options) => evalTrain(options, io));
}

async function evalTrain({ outcomes, out, json, ...options }: Options, io: Io): Promise<void> {
  checkOther(out, [outcomes]);
  const { records, part, split } = await readPart(outcomes, options, io);
  const { file, report } = await trainClassifier(records, {
    split,
    small: options.small,
    large: options.large,
    models: options.models,
    text: textOf(options.text),
    candidate: options.candidate,
    ...intervalsOf(options),
    onProgress: (done, of) => io.stderr(`fold ${done} of ${of}\n`),
  });
  await writeClassifier(out, file);
  if (part === "all")
    io.stderr("tuning needs other records than these: train with --part fit, and tune uses the rest\n");
  if (report.skipped > 0)
    io.stderr(`${report.skipped} records were left out: a model has no outcome there\n`);
  io.stdout(json ? `${trainingToJson(report, file, out)}\n` : `${trainingToText(report, file, out)}\n`);
}
