import type { TrainingReport } from "../evals/train/train-classifier.ts";
import type { TrainedClassifier } from "../src/router/classifiers/index.ts";
import { formatTable } from "./format-table.ts";
import { digits, withInterval } from "./show-number.ts";
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
export function trainingToText(report: TrainingReport, file: TrainedClassifier, path: string): string {
  const { small, large, version } = file;
  const { records, prompts, candidates, models, candidate, flips } = report;
  const rows = candidates.map(({ name, apgr, overLength, betterThanLength, promptsToProve }) => [
    name === candidate ? `${name} *` : name,
    withInterval(apgr, digits),
    ...(name === "length" ? ["", ""] : [withInterval(overLength, digits), betterThanLength.toFixed(2)]),
    promptsToProve?.toLocaleString("en-US") ?? "",
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
    formatTable([
      ["candidate", "APGR [95 %]", "over length [95 %]", "P(better)", "prompts to prove it"],
      ...rows,
    ]),
    ...(file.withCategory === undefined
      ? []
      : ["requests whose category the table lists are rated by mean+table, all others by mean"]),
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
    ...(flips.length === 0 ? [] : [`sides of the middle changed by: ${flips.map(shownFlip).join(", ")}`, ""]),
    ...verdict(report),
    `${path}: trained@${version}`,
  ].join("\n");
}

/** The evidence for the candidate, and the reason against it. */
function verdict({ proven, reason, notRecommended }: TrainingReport): readonly string[] {
  if (notRecommended !== undefined)
    return [`${proven ? "proven" : "not proven"}: ${reason}`, `not recommended: ${notRecommended}`];
  return [`${proven ? "recommended" : "not proven"}: ${reason}`];
}

function shownFlip({ kind, share }: TrainingReport["flips"][number]): string {
  return `${kind} ${Math.round(100 * share)} %`;
}
