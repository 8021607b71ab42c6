import { describe, test } from "vitest";
import { contains, containsOptions } from "../../../evals/scorers/contains.ts";
import {
  embeddingSimilarity,
  embeddingSimilarityOptions,
} from "../../../evals/scorers/embedding-similarity.ts";
import { jsonDiff } from "../../../evals/scorers/json-diff.ts";
import { jsonForm, jsonFormOptions } from "../../../evals/scorers/json-form.ts";
import { multipleChoice, multipleChoiceOptions } from "../../../evals/scorers/multiple-choice.ts";
import { normalised, normalisedOptions } from "../../../evals/scorers/normalised.ts";
import { numeric, numericOptions } from "../../../evals/scorers/numeric.ts";
import { pairwiseJudge, pairwiseJudgeOptions } from "../../../evals/scorers/pairwise-judge.ts";
import { regex, regexOptions } from "../../../evals/scorers/regex.ts";
import { rubricJudge, rubricJudgeOptions } from "../../../evals/scorers/rubric-judge.ts";
import { toolCallMatch, toolCallMatchOptions } from "../../../evals/scorers/tool-call-match.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";

const model = fakeModel();
const none = { valid: {} };

const suites = {
  contains: optionConformance({ ...none, owner: "contains", table: containsOptions, use: contains }),
  embeddingSimilarity: optionConformance({
    owner: "embeddingSimilarity",
    table: embeddingSimilarityOptions,
    valid: { embed: async () => [] },
    use: embeddingSimilarity,
  }),
  jsonDiff: optionConformance({ ...none, owner: "jsonDiff", table: jsonFormOptions, use: jsonDiff }),
  jsonForm: optionConformance({
    ...none,
    owner: "jsonForm",
    table: jsonFormOptions,
    use: (options) => jsonForm({ type: "object" }, options),
  }),
  multipleChoice: optionConformance({
    ...none,
    owner: "multipleChoice",
    table: multipleChoiceOptions,
    use: multipleChoice,
  }),
  normalised: optionConformance({ ...none, owner: "normalised", table: normalisedOptions, use: normalised }),
  numeric: optionConformance({ ...none, owner: "numeric", table: numericOptions, use: numeric }),
  pairwiseJudge: optionConformance({
    owner: "pairwiseJudge",
    table: pairwiseJudgeOptions,
    valid: { model },
    use: pairwiseJudge,
  }),
  regex: optionConformance({
    ...none,
    owner: "regex",
    table: regexOptions,
    use: (options) => regex("a", options),
  }),
  rubricJudge: optionConformance({
    owner: "rubricJudge",
    table: rubricJudgeOptions,
    valid: { model },
    use: rubricJudge,
  }),
  toolCallMatch: optionConformance({
    ...none,
    owner: "toolCallMatch",
    table: toolCallMatchOptions,
    use: toolCallMatch,
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
