import { describe, test } from "vitest";
import { calibrate, calibrateOptions } from "../../../evals/train/calibrate.ts";
import { refit } from "../../../evals/train/refit.ts";
import {
  trainClassifier,
  trainClassifierOptions,
  trainSettings,
} from "../../../evals/train/train-classifier.ts";
import { isRouterError } from "../../../src/index.ts";
import { optionConformance } from "../../../src/testing/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const unlessTooFew = (error: unknown) => {
  if (!isRouterError(error, "insufficient-evidence")) throw error;
};

const suites = {
  calibrate: optionConformance({
    owner: "calibrate",
    table: calibrateOptions,
    valid: { models: ["small", "large"], classifier: stated },
    use: (options) => calibrate(tuneRecords(4), options).catch(unlessTooFew),
  }),
  refit: optionConformance({
    owner: "refit",
    table: trainSettings,
    valid: {},
    // Options are read before the file, which is none.
    use: (options) =>
      refit({}, [], options).catch((error: unknown) => {
        if (!isRouterError(error, "invalid-option") || !error.option.startsWith("trained")) throw error;
      }),
  }),
  trainClassifier: optionConformance({
    owner: "trainClassifier",
    table: trainClassifierOptions,
    valid: { small: "small", large: "large" },
    use: (options) => trainClassifier(tuneRecords(4), options).catch(unlessTooFew),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
