import { complexity } from "../../src/classifiers/complexity.ts";
import type { CandidateResult, TrainedClassifier } from "../../src/classifiers/trained/trained-file.ts";
import { type Classifier, InvalidOptionError, type SplitRecord } from "../../src/contracts/index.ts";
import { checkIds, checkKeys, checkNumber, checkText } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import { type Built, buildClassifier, type ModelReport } from "./build-classifier.ts";
import { candidateNames } from "./candidates.ts";
import { readExamples } from "./read-examples.ts";

export interface TrainSettings {
  /** Of folds, samples and resamples: a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Bootstrap resamples, grouped by prompt. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** What is read of a record. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** The classifier to blend with and to stand beside; it must answer at once. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /**
   * Takes this candidate instead of choosing: its name (`length`, `default`, `ridge`, `logistic`,
   * `neighbours`, `mean`, `blend`, with categories also `table`, `mean+table`), or `best` for the one
   * with the highest APGR, whether or not it is sure to beat chance and length.
   */
  readonly candidate?: string | undefined;
  /** Called as the folds of the cross-validation are done. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

export interface TrainOptions extends TrainSettings {
  /** Names of the two models in the outcomes. Complexity will be how much the large one is needed. */
  readonly small: string;
  readonly large: string;
  /** All models that shall have a quality curve. Default: the two; they are added where they are missing. */
  readonly models?: readonly string[] | undefined;
  /** Where the records are one part of a split: the file says so, and the other part is found by it. */
  readonly split?: SplitRecord | undefined;
}

export interface TrainingReport {
  readonly records: number;
  /** Records that lack an outcome of one of the models. */
  readonly skipped: number;
  /** Prompts that differ: what folds and resamples are made of. */
  readonly prompts: number;
  /** All that were tried, the best first. APGR is that of held-out records. */
  readonly candidates: readonly CandidateResult[];
  /** The candidate in the file, whether its lower bounds beat chance and length, and why it was taken. */
  readonly candidate: string;
  readonly recommended: boolean;
  readonly reason: string;
  readonly models: readonly ModelReport[];
}

export interface Training {
  /** Plain JSON; `trained(file)` serves it. */
  readonly file: TrainedClassifier;
  readonly report: TrainingReport;
}

/**
 * Trains a classifier on recorded outcomes: a head per model on hashed words and structure (ridge and
 * logistic), nearest neighbours, a table of categories, their mean, and a blend with the default. All of
 * them, the default and prompt length are measured by cross-validation in five folds, records of one
 * prompt kept together. A learnt one (their mean, unless another surely beats it) is taken only if the lower
 * bounds of its APGR and of its difference to length are above chance and 0, else length or the default
 * is, and the report says so. Graded quality is used as it is. The same records, options and Node version
 * give the same bytes.
 *
 * The intervals are of each candidate by itself: that the best of several was taken makes it look a
 * little better than it is, which a replay on other records shows.
 *
 * Throws `InvalidOptionError`, `OutcomeFormatError`, and `InsufficientEvidenceError` on fewer than 40
 * different prompts.
 */
export async function trainClassifier(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TrainOptions,
): Promise<Training> {
  checkKeys("trainClassifier", options, [...settingNames, "small", "large", "models", "split"]);
  const { small, large, seed = 1 } = options;
  checkText("trainClassifier.small", small);
  checkText("trainClassifier.large", large);
  if (small === large)
    throw new InvalidOptionError("trainClassifier.large", large, "another model than trainClassifier.small");
  checkNumber("trainClassifier.seed", seed, { min: 0, max: 0xffff_ffff, integer: true });
  const models = [...(options.models ?? [])];
  for (const name of [large, small]) if (!models.includes(name)) models.unshift(name);
  checkIds("trainClassifier.models", models);
  const base = options.base ?? complexity();
  const settings = settingsOf(options);
  const read = await readExamples(records, { models, base, text: options.text });
  const built = await buildClassifier({
    ...settings,
    examples: read.examples,
    scale: read.scale,
    small,
    large,
    models,
    base,
    data: { records: read.examples.count, sha256: read.sha256 },
    keys: read.recordKeys.keys("fit", options.split),
    seed,
  });
  return trainingOf(built, read.skipped);
}

/** Names of what training and refitting share. */
export const settingNames: readonly string[] = [
  "seed",
  "resamples",
  "confidence",
  "text",
  "base",
  "candidate",
  "onProgress",
] satisfies readonly (keyof TrainSettings)[];

/** The settings that training and refitting share, with their defaults. Throws `InvalidOptionError`. */
export function settingsOf({
  resamples = 1_000,
  confidence = 0.95,
  text,
  candidate,
  onProgress,
}: TrainSettings): {
  readonly resamples: number;
  readonly confidence: number;
  readonly candidate: string | undefined;
  readonly onProgress: (done: number, of: number) => void;
} {
  if (text !== undefined && text !== "prompt" && text !== "question")
    throw new InvalidOptionError("text", text, '"prompt" or "question"');
  const names = ["best", ...candidateNames];
  if (candidate !== undefined && !names.includes(candidate))
    throw new InvalidOptionError("candidate", candidate, `one of ${names.join(", ")}`);
  return { resamples, confidence, candidate, onProgress: onProgress ?? (() => {}) };
}

export function trainingOf({ file, prompts, candidates, reason, models }: Built, skipped: number): Training {
  const { data, candidate, recommended } = file;
  return {
    file,
    report: { records: data.records, skipped, prompts, candidates, candidate, recommended, reason, models },
  };
}
