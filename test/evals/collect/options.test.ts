import { describe, test } from "vitest";
import { collectOptions, resolveCollectOptions } from "../../../evals/collect/collect-options.ts";
import { exact } from "../../../evals/scorers/exact.ts";
import { always } from "../../../policies/always.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });

describe("options of collect", () => {
  test.each(
    optionConformance({
      owner: "collect",
      path: "",
      table: collectOptions,
      valid: { dataset: "requests.jsonl", out: "outcomes.jsonl", router, scorer: exact() },
      use: resolveCollectOptions,
    }),
  )("$name", ({ run }) => run());
});
