import { describe, test } from "vitest";
import { tuneCategories } from "../../../evals/tune/tune-categories.ts";
import { tunePolicies, tunePoliciesOptions } from "../../../evals/tune/tune-policies.ts";
import {
  gridOptions,
  thresholdGrid,
  tuneThreshold,
  tuneThresholdOptions,
} from "../../../evals/tune/tune-threshold.ts";
import { always } from "../../../policies/always.ts";
import { optionConformance } from "../../../src/testing/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const valid = { small: "small", large: "large", classifier: stated, resamples: 2, target: { maxLoss: 0.3 } };
const records = tuneRecords(40);

const suites = {
  thresholdGrid: optionConformance({ owner: "tune", table: gridOptions, valid: {}, use: thresholdGrid }),
  tuneCategories: optionConformance({
    owner: "tuneCategories",
    table: tuneThresholdOptions,
    valid,
    use: (options) =>
      tuneCategories(
        records.map((record) => ({ ...record, category: "a" })),
        options,
      ),
  }),
  tunePolicies: optionConformance({
    owner: "tunePolicies",
    table: tunePoliciesOptions,
    valid: { ...valid, policies: [always("large")] },
    use: (options) => tunePolicies(records, options),
  }),
  tuneThreshold: optionConformance({
    owner: "tuneThreshold",
    table: tuneThresholdOptions,
    valid,
    use: (options) => tuneThreshold(records, options),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
