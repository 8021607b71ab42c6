/**
 * Measures the effect of quality curves on estimates, on held-out folds of 200 and 1,000 records, for the
 * default classifier and for one trained on the same records. Needs the data sets in SWITCHPOINT_DATA
 * (default ../shared/data):
 *
 *     npm run build && node dist/studies/calibration-study.js [rational] [routerbench]
 */

import { calibrate, type ModelCalibration } from "../evals/train/calibrate.ts";
import { trainClassifier } from "../evals/train/train-classifier.ts";
import { complexity } from "../src/router/classifiers/index.ts";
import { askedSets, readStudySet, type StudySet, takeRecords } from "./study-sets.ts";

type Row = Pick<ModelCalibration, "model" | "curve" | "before" | "after" | "brierOfMean">;

console.log(
  "| records, model | estimate | curve | Brier before, after | of the mean | ECE before, after | by chance |\n" +
    "|---|---|---|---|---|---|---|",
);
for (const [name, set] of askedSets()) {
  if (!set.file.startsWith("validation/")) continue;
  for (const count of [200, 1_000]) await show(name, set, count);
}

async function show(name: string, set: StudySet, count: number): Promise<void> {
  const { small, large, text } = set;
  const { taken } = takeRecords(await readStudySet(set), count);
  const classifier = complexity();
  const { models: ofDefault } = await calibrate(taken, { models: [small, large], classifier, text });
  const { report } = await trainClassifier(taken, { small, large, text, candidate: "mean", resamples: 1 });
  for (const model of [small, large]) {
    const rows: readonly (readonly [string, readonly Row[]])[] = [
      ["default", ofDefault],
      ["trained", report.models],
    ];
    for (const [estimate, models] of rows)
      for (const row of models.filter((one) => one.model === model))
        print(`${name} ${count}, ${model}`, estimate, row);
  }
}

function print(what: string, estimate: string, { curve, before, after, brierOfMean }: Row): void {
  const digits = (value: number): string => value.toFixed(3);
  const pair = (metric: "brier" | "ece"): string => `${digits(before[metric])}, ${digits(after[metric])}`;
  const cells = [
    what,
    estimate,
    curve,
    pair("brier"),
    digits(brierOfMean),
    pair("ece"),
    digits(after.eceByChance),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
