import type { TrainingReport } from "../evals/train/train-classifier.ts";
import type { TrainedClassifier } from "../src/classifiers/index.ts";
import { formatTable } from "./format-table.ts";
import { withInterval } from "./show-number.ts";
import { toJson } from "./to-json.ts";

/** Formats the report as JSON, with the file's path and version instead of its contents. */
export function trainingToJson(
  report: TrainingReport,
  { version, data }: TrainedClassifier,
  path: string,
): string {
  return toJson({ ...report, file: { path, version, ...data } }, 2);
}

/** Formats all candidates with their intervals, the quality and curve of each model, and the verdict. */
export function trainingToText(
  report: TrainingReport,
  { small, large, version }: TrainedClassifier,
  path: string,
): string {
  const { records, prompts, candidates, models, candidate, recommended, reason } = report;
  const rows = candidates.map(({ name, apgr, overLength }) => [
    name === candidate ? `${name} *` : name,
    withInterval(apgr, digits),
    name === "length" ? "" : withInterval(overLength, digits),
  ]);
  const curves = models.map(({ model, quality, curve, before, after, brierOfMean }) => [
    model,
    quality.toFixed(3),
    curve,
    before.brier.toFixed(4),
    after.brier.toFixed(4),
    brierOfMean.toFixed(4),
    before.ece.toFixed(3),
    after.ece.toFixed(3),
    after.eceByChance.toFixed(3),
  ]);
  return [
    `${records} records, ${prompts} different prompts; small ${small}, large ${large}; on held-out folds`,
    "",
    formatTable([["candidate", "APGR [95 %]", "over length [95 %]"], ...rows]),
    "",
    formatTable([
      [
        "model",
        "quality",
        "curve",
        "Brier before",
        "after",
        "of the mean",
        "ECE before",
        "after",
        "by chance",
      ],
      ...curves,
    ]),
    "curve: the one with the lowest Brier score on held-out folds; identity or constant if no other one improves it",
    "",
    `${recommended ? "recommended" : "not recommended"}: ${reason}`,
    `${path}: trained@${version}`,
  ].join("\n");
}

const digits = (value: number): string => value.toFixed(3);
