import { describe, test } from "vitest";
import { refit } from "../../../evals/train/refit.ts";
import {
  trainClassifier,
  trainClassifierOptions,
  trainSettings,
} from "../../../evals/train/train-classifier.ts";
import { isRouterError } from "../../../src/index.ts";
import { optionConformance } from "../../../src/testing/index.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const suites = {
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
    use: (options) =>
      trainClassifier(tuneRecords(4), options).catch((error: unknown) => {
        if (!isRouterError(error, "insufficient-evidence")) throw error;
      }),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
