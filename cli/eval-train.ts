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
    .description(
      "train a classifier on recorded outcomes, and say whether it is proven to beat prompt length",
    )
    .addOption(outcomesOption())
    .addOption(smallOption().makeOptionMandatory())
    .addOption(largeOption().makeOptionMandatory())
    .option("--models <names...>", "more models that get a quality curve")
    .addOption(textOption())
    .option("--candidate <name>", "write another one than the mean; best: the one with the highest APGR")
    .addOption(bootstrapOption())
    .addOption(seedOption("seed of folds, samples and resamples"))
    .option("--out <file>", "path of the classifier file", "classifier.json")
    .option("--json", "print JSON: { candidates: [{ name, apgr: { value, low, high }, … }], … }", false)
    .addHelpText(
      "after",
      `
The file always holds the mean of what is learnt, the default and length; where records carry categories, also
their table, for requests that name one of them. All candidates are measured by cross-validation. The last lines
say whether the mean is proven to beat chance and prompt length (recommended), or how likely that is and how many
prompts would prove it (not proven), and whether small changes of a prompt often change its side (not recommended).
Pass on a file that is not proven to eval tune: it certifies what the threshold loses either way.

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
