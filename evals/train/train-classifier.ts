import { type Classifier, InvalidOptionError, type SplitRecord } from "../../src/contracts/index.ts";
import {
  dropPromises,
  type FilledOptions,
  type OptionTable,
  readOption,
  readOptions,
} from "../../src/plugin/index.ts";
import {
  type CandidateResult,
  complexity,
  type TrainedClassifier,
} from "../../src/router/classifiers/index.ts";
import type { FlipShare } from "../../src/router/classifiers/trained/inner.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { recordKeysFrom } from "../data/split/record-keys.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import { type Built, buildClassifier, type ModelReport } from "./build-classifier.ts";
import { candidateNames } from "./candidates.ts";
import { readExamples } from "./read-examples.ts";

export interface TrainSettings {
  /** Seed of folds, samples and resamples, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Number of bootstrap resamples, grouped by prompt. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Confidence of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** Text of a record that is read. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** Classifier to blend with and to compare to; it must answer synchronously. Default `complexity()`. */
  readonly base?: Classifier | undefined;
  /**
   * Name of another candidate to take (`length`, `default`, `ridge`, `logistic`, `neighbours`, `landmarks`,
   * `mean`, `blend`, with categories also `table`, `mean+table`), or `best` for the one with the highest
   * APGR. Default `mean`, with the table for requests whose category it lists.
   */
  readonly candidate?: string | undefined;
  /** Called after each fold of the cross-validation. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

const candidates = ["best", ...candidateNames];
const choices = { is: "choice", of: candidates, expected: `one of ${candidates.join(", ")}` } as const;

type OpenSetting = "seed" | "base" | "candidate" | "onProgress";

/** Settings that training and refitting share. */
export const trainSettings: OptionTable<TrainSettings, OpenSetting> = {
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, optional: true },
  resamples: { is: "number", min: 1, max: 1_000_000, integer: true, default: 1_000 },
  confidence: { is: "number", above: 0, below: 1, default: 0.95 },
  text: { is: "choice", of: ["prompt", "question"], default: "prompt" },
  base: { is: "object", methods: ["classify"], optional: true },
  candidate: { is: "checked", check: checkCandidate, optional: true, expected: choices.expected },
  onProgress: { is: "function", optional: true },
};

export interface TrainOptions extends TrainSettings {
  /** Names of the two models in the outcomes. Complexity measures the need for the large one. */
  readonly small: string;
  readonly large: string;
  /** All models that get a quality curve. Default: the two; they are added if they are missing. */
  readonly models?: readonly string[] | undefined;
  /** Split of which the records are one part: the file records it, so that the other part can be found. */
  readonly split?: SplitRecord | undefined;
}

export const trainClassifierOptions: OptionTable<TrainOptions, Exclude<OpenSetting, "seed"> | "split"> = {
  ...trainSettings,
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  small: { is: "text" },
  large: { is: "text" },
  models: { is: "list", of: { is: "text" }, default: [] },
  split: { is: "any", optional: true },
};

export interface TrainingReport {
  readonly records: number;
  /** Records that lack an outcome of one of the models. */
  readonly skipped: number;
  /** Number of different prompts, of which folds and resamples are made. */
  readonly prompts: number;
  /** All candidates, the best first. APGR is that of held-out records. */
  readonly candidates: readonly CandidateResult[];
  /**
   * Candidate in the file. It is `proven` if the lower bounds of its APGR and of its difference to length are
   * above chance and 0, and `recommended` if also nothing speaks against it. `reason` says what is known.
   */
  readonly candidate: string;
  readonly proven: boolean;
  readonly recommended: boolean;
  readonly reason: string;
  /** Reason against using it, as in the file. */
  readonly notRecommended?: string | undefined;
  /** Shares of prompts that small changes move to the other side of the middle. */
  readonly flips: readonly FlipShare[];
  readonly models: readonly ModelReport[];
}

export interface Training {
  /** Plain JSON; `trained(file)` serves it. */
  readonly file: TrainedClassifier;
  readonly report: TrainingReport;
}

/**
 * Trains a classifier on recorded outcomes. The file always holds the mean of what is learnt (a head per model
 * on hashed words and structure, and a smooth function of structure and topics), plus a tenth of the default and
 * of prompt length; where records carry categories, also their table, for requests whose category it lists.
 * Every candidate is measured by cross-validation in five folds; records of one prompt, group, session or
 * template share a fold. The file is `proven` if the lower bounds of its APGR and of its difference to length
 * are above chance and 0; if not, the report says how likely it is to be better, and how many prompts would
 * prove it. If small changes of a prompt (typing errors, case, courtesies …) move more than 10 % to the other
 * side of the middle, the file says so in `notRecommended`. Neither changes the score. Graded quality is
 * used unchanged. The same records, options and Node version give the same bytes.
 *
 * The intervals are those of each candidate by itself: the best of several looks a little better than it is,
 * which a replay on other records shows.
 *
 * Throws `InvalidOptionError`, `OutcomeFormatError`, and `InsufficientEvidenceError` for fewer than 40
 * different prompts.
 */
export async function trainClassifier(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: TrainOptions,
): Promise<Training> {
  const given = readOptions("trainClassifier", trainClassifierOptions, options);
  const { small, large, seed, text } = given;
  if (small === large)
    throw new InvalidOptionError("trainClassifier.large", large, "another model than trainClassifier.small");
  const models = [...given.models];
  for (const name of [large, small]) if (!models.includes(name)) models.unshift(name);
  readOption({ is: "ids" }, "trainClassifier.models", models);
  const base = given.base ?? complexity();
  const read = await readExamples(records, { models, base, text });
  const built = await buildClassifier({
    ...settingsOf(given),
    examples: read.examples,
    scale: read.scale,
    joinKeys: read.joinKeys,
    variants: read.variants,
    small,
    large,
    models,
    base,
    data: { records: read.examples.count, sha256: read.sha256 },
    keys: recordKeysFrom(read.recordKeys, "fit", given.split),
    seed,
  });
  return trainingOf(built, read.skipped);
}

function checkCandidate(path: string, candidate: string): string {
  return readOption(choices, path, candidate);
}

/** The settings by which a classifier is built. */
export function settingsOf({
  resamples,
  confidence,
  candidate,
  onProgress,
}: FilledOptions<TrainSettings, OpenSetting>): {
  readonly resamples: number;
  readonly confidence: number;
  readonly candidate: string | undefined;
  readonly onProgress: (done: number, of: number) => void;
} {
  const report = (done: number, of: number) => void dropPromises(onProgress?.(done, of));
  return { resamples, confidence, candidate, onProgress: report };
}

export function trainingOf({ file, prompts, candidates, reason, models }: Built, skipped: number): Training {
  const { data, candidate, proven, recommended, notRecommended, flips } = file;
  return {
    file,
    report: {
      records: data.records,
      skipped,
      prompts,
      candidates,
      candidate,
      proven,
      recommended,
      reason,
      ...(notRecommended === undefined ? {} : { notRecommended }),
      flips,
      models,
    },
  };
}
