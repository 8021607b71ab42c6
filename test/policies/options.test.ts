import { describe, test } from "vitest";
import { always } from "../../policies/always.ts";
import { budgetAware, budgetAwareOptions } from "../../policies/budget-aware.ts";
import { byTask, byTaskOptions } from "../../policies/by-task.ts";
import { cascade, cascadeOptions } from "../../policies/cascade.ts";
import { agree, agreeOptions } from "../../policies/checks/agree.ts";
import { agreement, agreementOptions } from "../../policies/checks/agreement.ts";
import { finishReason } from "../../policies/checks/finish-reason.ts";
import { jsonSchema, jsonSchemaOptions } from "../../policies/checks/json-schema.ts";
import { judge, judgeOptions } from "../../policies/checks/judge.ts";
import { logprob, logprobOptions } from "../../policies/checks/logprob.ts";
import { numericAnswer, numericAnswerOptions } from "../../policies/checks/numeric-answer.ts";
import { toolArguments, toolArgumentsOptions } from "../../policies/checks/tool-arguments.ts";
import { boundary, boundaryOptions, boundaryTable } from "../../policies/constraints/boundary.ts";
import { maxCost, maxCostOptions } from "../../policies/constraints/max-cost.ts";
import { providerTools, providerToolsOptions } from "../../policies/constraints/provider-tools.ts";
import { safetyFloor, safetyFloorOptions } from "../../policies/constraints/safety-floor.ts";
import { startsWithin, startsWithinOptions } from "../../policies/constraints/starts-within.ts";
import { explore, exploreOptions } from "../../policies/explore.ts";
import { guarded, guardedOptions } from "../../policies/guarded.ts";
import { ruleConditions } from "../../policies/internal/rule-conditions.ts";
import { mix, mixPartOptions } from "../../policies/mix.ts";
import { override, overrideOptions } from "../../policies/override.ts";
import { ruleOptions, rules } from "../../policies/rules.ts";
import { spillOver, spillOverOptions } from "../../policies/spill-over.ts";
import { sticky, stickyOptions } from "../../policies/sticky.ts";
import { threshold, thresholdOptions } from "../../policies/threshold.ts";
import { tiers, tiersOptions } from "../../policies/tiers.ts";
import { utility, utilityOptions } from "../../policies/utility.ts";
import { fakeModel, optionConformance } from "../../src/testing/index.ts";

const small = always("small");
const two = { small: "small", large: "large", at: 0.5 };
const tool = { type: "function", function: { name: "f" } } as const;

const suites = {
  agree: optionConformance({ owner: "agree", table: agreeOptions, valid: { with: fakeModel() }, use: agree }),
  agreement: optionConformance({ owner: "agreement", table: agreementOptions, valid: {}, use: agreement }),
  boundary: optionConformance({
    owner: "boundary",
    table: boundaryOptions,
    valid: { label: "region", required: "eu" },
    use: boundary,
  }),
  "boundary.required": optionConformance({
    owner: "boundary.required",
    table: boundaryTable,
    valid: { otherwise: "eu" },
    use: (required) => boundary({ label: "region", required }),
  }),
  budgetAware: optionConformance({
    owner: "budgetAware",
    table: budgetAwareOptions,
    valid: two,
    use: budgetAware,
  }),
  byTask: optionConformance({
    owner: "byTask",
    table: byTaskOptions,
    valid: { tasks: { code: "coder" }, otherwise: "small" },
    use: byTask,
  }),
  cascade: optionConformance({
    owner: "cascade",
    table: cascadeOptions,
    valid: { first: "small", then: "large", unless: finishReason() },
    use: cascade,
  }),
  explore: optionConformance({
    owner: "explore",
    table: exploreOptions,
    valid: {},
    use: (options) => explore(0.1, small, options),
  }),
  guarded: optionConformance({
    owner: "guarded",
    table: guardedOptions,
    valid: {},
    use: (options) => guarded(small, options),
  }),
  jsonSchema: optionConformance({
    owner: "jsonSchema",
    table: jsonSchemaOptions,
    valid: {},
    use: (options) => jsonSchema({ type: "object" }, options),
  }),
  judge: optionConformance({
    owner: "judge",
    table: judgeOptions,
    valid: { model: fakeModel() },
    use: judge,
  }),
  logprob: optionConformance({ owner: "logprob", table: logprobOptions, valid: { min: -1 }, use: logprob }),
  maxCost: optionConformance({ owner: "maxCost", table: maxCostOptions, valid: { usd: 1 }, use: maxCost }),
  mix: optionConformance({
    owner: "mix[0]",
    table: mixPartOptions,
    valid: { weight: 1, use: "small" },
    use: (part) => mix([part]),
  }),
  numericAnswer: optionConformance({
    owner: "numericAnswer",
    table: numericAnswerOptions,
    valid: {},
    use: numericAnswer,
  }),
  override: optionConformance({
    owner: "override",
    table: overrideOptions,
    valid: { label: "flag", values: { on: "large" }, otherwise: "small" },
    use: override,
  }),
  rules: optionConformance({
    owner: "rules[0]",
    table: ruleOptions,
    valid: { if: { tenant: "clinic" }, use: "small" },
    use: (rule) => rules([rule]),
  }),
  "rules[0].if": optionConformance({
    owner: "rules[0].if",
    table: ruleConditions,
    valid: { tenant: "clinic" },
    use: (conditions) => rules([{ if: conditions, use: "small" }]),
  }),
  providerTools: optionConformance({
    owner: "providerTools",
    table: providerToolsOptions,
    valid: {},
    use: providerTools,
  }),
  safetyFloor: optionConformance({
    owner: "safetyFloor",
    table: safetyFloorOptions,
    valid: { when: () => true, forbid: ["small"] },
    use: safetyFloor,
  }),
  spillOver: optionConformance({
    owner: "spillOver",
    table: spillOverOptions,
    valid: { from: "small", to: "large", above: { waitMs: 1 } },
    use: (options) => spillOver(options, small),
  }),
  startsWithin: optionConformance({
    owner: "startsWithin",
    table: startsWithinOptions,
    valid: { p95FirstTokenMs: 100 },
    use: startsWithin,
  }),
  sticky: optionConformance({
    owner: "sticky",
    table: stickyOptions,
    valid: {},
    use: (options) => sticky(small, options),
  }),
  threshold: optionConformance({ owner: "threshold", table: thresholdOptions, valid: two, use: threshold }),
  tiers: optionConformance({
    owner: "tiers",
    table: tiersOptions,
    valid: { models: ["small", "large"], cuts: [0.5] },
    use: tiers,
  }),
  toolArguments: optionConformance({
    owner: "toolArguments",
    table: toolArgumentsOptions,
    valid: { tools: [tool] },
    use: toolArguments,
  }),
  utility: optionConformance({
    owner: "utility",
    table: utilityOptions,
    valid: { usdPerGoodAnswer: 1 },
    use: utility,
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
