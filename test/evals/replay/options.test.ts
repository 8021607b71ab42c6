import { describe, test } from "vitest";
import { compare, compareOptions } from "../../../evals/replay/compare/compare.ts";
import { optionConformance } from "../../../src/testing/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

describe("options of compare", () => {
  test.each(
    optionConformance({
      owner: "compare",
      table: compareOptions,
      valid: { small: "small", large: "large", classifier: stated, resamples: 2 },
      use: (options) => compare(tuneRecords(4), options),
    }),
  )("$name", ({ run }) => run());
});
