import { existsSync } from "node:fs";
import { Command } from "commander";
import { checkOther } from "../evals/data/outcomes/check-other.ts";
import type { OutcomeRecord } from "../evals/data/outcomes/outcome-record.ts";
import { checkDisjoint } from "../evals/data/split/record-keys.ts";
import { checkGroupBy } from "../evals/data/split/split-outcomes.ts";
import { wasTrainedOn } from "../evals/train/was-trained-on.ts";
import type { Target } from "../evals/tune/certificate.ts";
import { tuneCategories } from "../evals/tune/tune-categories.ts";
import { tuneThreshold } from "../evals/tune/tune-threshold.ts";
import { writeTuning } from "../evals/tune/write-tuning.ts";
import { InvalidOptionError, type Price, type Router, type UnitField } from "../src/contracts/index.ts";
import { type AskedTest, LOSS_TESTS } from "../src/loop/statistics/index.ts";
import type { TrainedClassifier } from "../src/router/classifiers/index.ts";
import { earlierTries, otherTries } from "./earlier-tries.ts";
import { classifierOption } from "./eval-options/classifier.ts";
import { bootstrapOption, intervalsOf, seedOption } from "./eval-options/intervals.ts";
import { outcomesOption } from "./eval-options/outcomes.ts";
import { largeOption, type Pair, smallOption } from "./eval-options/pair.ts";
import { addPartOptions, type PartOptions, readPart } from "./eval-options/part.ts";
import { textOf, textOption } from "./eval-options/text.ts";
import type { Terminal } from "./io.ts";
import { loadClassifier } from "./load-classifier.ts";
import { numberOption, openOption } from "./number-option.ts";
import { optionalNumber } from "./optional-number.ts";
import { readScores } from "./read-scores.ts";
import { tuningToJson, tuningToText } from "./show-tuning.ts";
import { withRouter } from "./with-router.ts";

interface Options extends PartOptions, Pair {
  readonly outcomes: string;
  readonly classifier?: string | undefined;
  readonly maxLoss?: string | undefined;
  readonly largeShare?: string | undefined;
  readonly budget?: string | undefined;
  readonly byCategory: boolean;
  readonly confidence: string;
  readonly guarantee: string;
  readonly test?: string | undefined;
  readonly groupBy?: readonly string[] | undefined;
  readonly independentPrompts: boolean;
  readonly unitCap?: string | undefined;
  readonly gridFrom?: string | undefined;
  readonly pricesFrom?: string | undefined;
  readonly text?: string | undefined;
  readonly judge?: string | undefined;
  readonly expiresDays: string;
  readonly bootstrap: string;
  readonly seed: string;
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** The command `switchpoint eval tune`: finds a threshold with a statement about its loss of quality. */
export function evalTuneCommand(terminal: Terminal): Command {
  return addPartOptions(
    new Command("tune"),
    "the one that a trained classifier was not trained on, if it was trained on one; else all",
  )
    .description("find the cheapest threshold whose loss of quality is bounded, with its certificate")
    .addOption(outcomesOption("recorded outcomes that were not used to train"))
    .addOption(smallOption().makeOptionMandatory())
    .addOption(largeOption().makeOptionMandatory())
    .addOption(classifierOption())
    .option("--max-loss <number>", "quality that may be lost on average, above 0 and below 1 (default: 0.02)")
    .option("--large-share <number>", "instead: a share of large calls in [0, 1], and what it loses")
    .option("--budget <usd>", "instead: US dollars per 1,000 requests, and what that loses")
    .option("--by-category", "a threshold for each category; each keeps --max-loss", false)
    .option("--confidence <number>", "confidence of the statement, above 0 and below 1", "0.95")
    .option("--guarantee <kind>", "mean: the mean loss; regressions: the share of worse answers", "mean")
    .option(
      "--test <name>",
      "exact, gaffke or betting (default: exact where qualities are 0 and 1 and units are single, else gaffke)",
    )
    .option(
      "--group-by <fields...>",
      "fields that join records to one unit, in addition to prompts that are alike (default: group session tenant)",
    )
    .option(
      "--independent-prompts",
      "take records with the same prompt, or prompts of one template, for independent",
      false,
    )
    .option(
      "--unit-cap <count>",
      "number of requests of a unit that count (default: those of the largest one)",
    )
    .option(
      "--grid-from <file>",
      "thresholds to try: quantiles of these other requests, a data set (default: 100 equal steps)",
    )
    .option(
      "--prices-from <config>",
      "the router whose models' prices are kept in the file, for eval check (default: the catalogue's)",
    )
    .addOption(textOption())
    .option("--judge <name>", "judge of the quality; kept in the file")
    .option("--expires-days <number>", "how long the certificate holds", "90")
    .addOption(bootstrapOption("95 % interval of the saving"))
    .addOption(seedOption("seed of the order of records and the resamples"))
    .option("--out <file>", "path of the tuning file", "tuning.json")
    .option("--force", "replace the file if there is one", false)
    .option("--json", "print JSON: { threshold, certificate, curve, … }", false)
    .addHelpText(
      "after",
      `
A file that is there is kept, unless there is --force. Tuning files next to it on the same records are counted, and the
certificate says so. With too few records nothing is written, the error estimates how many are needed, and the exit code is 1.

Example:
  switchpoint eval tune --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5 --max-loss 0.02 --out tuning.json
`,
    )
    .action((options: Options) => evalTune(options, terminal));
}

async function evalTune(options: Options, terminal: Terminal): Promise<void> {
  const { small, large, guarantee, groupBy, out, json } = options;
  const target = targetOf(options);
  const { outcomes, gridFrom, pricesFrom } = options;
  checkOther(out, [outcomes, options.classifier, gridFrom, pricesFrom], "--out");
  if (guarantee !== "mean" && guarantee !== "regressions")
    throw new InvalidOptionError("--guarantee", guarantee, "mean or regressions");
  if (groupBy !== undefined) checkGroupBy("--group-by", groupBy);
  if (!options.force && existsSync(out))
    throw new InvalidOptionError(
      "--out",
      out,
      "a new file, or --force, which replaces the one that is there",
    );
  const name = options.classifier ?? "complexity";
  const { classifier, file } = await loadClassifier(name, [small, large]);
  const { records: read, split } = await readPart(outcomes, options, terminal, {
    keys: file?.keys,
    whenAbsent: "other",
  });
  const records: OutcomeRecord[] = [];
  for await (const record of read) records.push(record);
  if (file !== undefined) checkUntrained(records, name, file);
  for (const warning of warningsOf(name, file)) terminal.stderr(`${warning}\n`);
  const text = textOf(options.text);
  const confidence = openOption("--confidence", options.confidence);
  const intervals = intervalsOf(options);
  const kind = options.byCategory ? "categories" : "threshold";
  const asked = {
    kind,
    small,
    large,
    text,
    classifier,
    target,
    guarantee,
    confidence,
    seed: intervals.seed,
  } as const;
  const common = {
    small,
    large,
    classifier,
    target,
    guarantee,
    test: testOf(options.test),
    confidence,
    groupBy: groupBy as readonly UnitField[] | undefined,
    independentPrompts: options.independentPrompts,
    unitCap: optionalNumber("--unit-cap", options.unitCap, 1, 0xffff_ffff),
    text,
    judge: options.judge,
    prices: pricesFrom === undefined ? undefined : await pricesIn(pricesFrom),
    expiresDays: numberOption("--expires-days", options.expiresDays, 0.001, 36_500),
    ...intervals,
    clock: terminal.now,
    split,
    fitted: file?.keys,
    triedBefore: otherTries(await earlierTries(out, records), asked),
  } as const;
  const scores =
    gridFrom === undefined ? undefined : await readScores(gridFrom, records, { classifier, text }, terminal);
  const tune = options.byCategory ? tuneCategories : tuneThreshold;
  const tuning = await tune(records, { ...common, scores });
  await writeTuning(out, tuning);
  const { skipped, unclassified, lost = 0 } = tuning.certificate;
  if (lost > 0) terminal.stderr(`${lost} records lack the outcome of a model: they count as lost\n`);
  if (skipped > 0) terminal.stderr(`${skipped} records were left out: a model is not permitted there\n`);
  if (unclassified > 0)
    terminal.stderr(`${unclassified} records could not be classified: they count as sent to ${large}\n`);
  terminal.stdout(`${json ? tuningToJson(tuning, out) : tuningToText(tuning, out)}\n`);
}

/** Returns the prices by name of the model, of those that have one. */
function pricesIn(config: string): Promise<Readonly<Record<string, Price>>> {
  const pricesOf = ({ models }: Router) =>
    Object.values(models).flatMap(({ name, price }) => (price === undefined ? [] : [[name, price]]));
  return withRouter(config, (router) => Object.fromEntries(pricesOf(router)), "--prices-from");
}

/** Warnings of the training of a classifier. A certificate holds either way; it may save little. */
function warningsOf(path: string, file: TrainedClassifier | undefined): readonly string[] {
  if (file === undefined) return [];
  const unproven = `${path} is not proven to beat prompt length: compare with --classifier length`;
  return [
    ...(file.proven ? [] : [unproven]),
    ...(file.notRecommended === undefined ? [] : [`${path} is not recommended: ${file.notRecommended}`]),
  ];
}

/** Throws `InvalidOptionError` if the classifier was trained on one of the records. */
function checkUntrained(records: readonly OutcomeRecord[], path: string, file: TrainedClassifier): void {
  if (file.keys !== undefined) {
    checkDisjoint(records, "tune", { path, keys: file.keys });
    return;
  }
  const shared = records.filter(wasTrainedOn(file));
  if (shared.length === 0) return;
  const expected = `other records to tune with than those used to fit ${path}: at least ${shared.length} are in both`;
  throw new InvalidOptionError("records", records, expected);
}

function testOf(name: string | undefined): AskedTest | undefined {
  if (name === undefined) return undefined;
  const test = LOSS_TESTS.find((one) => one === name);
  if (test === undefined) throw new InvalidOptionError("--test", name, LOSS_TESTS.join(", "));
  return test;
}

function targetOf({ maxLoss, largeShare, budget, byCategory }: Options): Target {
  const given = Object.entries({ "--max-loss": maxLoss, "--large-share": largeShare, "--budget": budget });
  const [first, second] = given.filter(([, value]) => value !== undefined);
  if (first !== undefined && second !== undefined)
    throw new InvalidOptionError(
      second[0],
      second[1],
      `absent together with ${first[0]}: each is a target of its own`,
    );
  if (byCategory && first !== undefined && first[0] !== "--max-loss")
    throw new InvalidOptionError(
      first[0],
      first[1],
      "absent together with --by-category, which takes --max-loss",
    );
  if (largeShare !== undefined) return { largeShare: numberOption("--large-share", largeShare, 0, 1) };
  if (budget !== undefined) return { budgetUsd: numberOption("--budget", budget, 0, Number.MAX_VALUE) };
  return { maxLoss: openOption("--max-loss", maxLoss ?? "0.02") };
}
