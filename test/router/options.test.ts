import { describe, test } from "vitest";
import { always } from "../../policies/always.ts";
import { guarded } from "../../policies/guarded.ts";
import type { BudgetReset, CapLift } from "../../src/contracts/index.ts";
import { resetOptions } from "../../src/router/budget/budget-door.ts";
import { budgetOptions } from "../../src/router/budget/budget-options.ts";
import { countedModelsOptions } from "../../src/router/budget/counted-models.ts";
import { degradeOptions } from "../../src/router/budget/degrade-options.ts";
import { cacheOptions } from "../../src/router/cache/cache-options.ts";
import { executionOptions } from "../../src/router/call/options.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { liftOptions } from "../../src/router/create/lift-cap.ts";
import { type RouterOptions, routerOptions } from "../../src/router/create/router-options.ts";
import { createHealth, healthOptions } from "../../src/router/health/health.ts";
import { createUsageMeans, usageMeansOptions } from "../../src/router/health/usage-means.ts";
import { breakerOptions } from "../../src/router/limits/breaker-options.ts";
import { hedgeOptions } from "../../src/router/limits/hedging.ts";
import { endpointLimits, limitOptions, rateOptions } from "../../src/router/limits/limit-options.ts";
import { retryBudgetOptions } from "../../src/router/limits/retry-budget.ts";
import { decisionLog, decisionLogOptions } from "../../src/router/log/decision-log.ts";
import { rotationOptions } from "../../src/router/log/rotation-options.ts";
import { spendMeter, spendMeterOptions } from "../../src/router/log/spend-meter.ts";
import { fakeModel, optionConformance } from "../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const models = { small: fakeModel({ price }) };
const make = (options: Partial<RouterOptions<"small">>) =>
  createRouter({ models, policy: always("small"), ...options });
const daily = { limitUsd: 1, period: "day" } as const;
const file = "/dev/null";

const suites = {
  createRouter: optionConformance({
    owner: "createRouter",
    path: "",
    table: routerOptions,
    valid: { models, policy: always("small") },
    use: createRouter,
  }),
  budgets: optionConformance({
    owner: "budgets[0]",
    table: budgetOptions,
    valid: daily,
    use: (budget) => make({ budgets: [budget as typeof daily] }),
  }),
  "budgets.degrade": optionConformance({
    owner: "budgets[0].degrade",
    table: degradeOptions,
    valid: { to: "small" },
    use: (degrade) => make({ budgets: [{ ...daily, degrade: degrade as { to: "small" } }] }),
  }),
  "budgets.of": optionConformance({
    owner: "budgets[0].of",
    table: countedModelsOptions,
    valid: { models: ["small"] },
    use: (of) => make({ budgets: [{ ...daily, of: of as { models: ["small"] } }] }),
  }),
  resetBudget: optionConformance({
    owner: "resetBudget",
    table: resetOptions,
    valid: { name: "router-usd-day" },
    use: (reset: BudgetReset) => make({ budgets: [daily] }).resetBudget(reset),
  }),
  liftCap: optionConformance({
    owner: "liftCap",
    table: liftOptions,
    valid: {},
    use: (lift: CapLift) => make({ policy: guarded(always("small")) }).liftCap(lift),
  }),
  cache: optionConformance({
    owner: "cache",
    table: cacheOptions,
    valid: {},
    use: (cache) => make({ cache }),
  }),
  execution: optionConformance({
    owner: "execution",
    table: executionOptions,
    valid: {},
    use: (execution) => make({ execution }),
  }),
  "execution.breaker": optionConformance({
    owner: "execution.breaker",
    table: breakerOptions,
    valid: {},
    use: (breaker) => make({ execution: { breaker } }),
  }),
  "execution.hedge": optionConformance({
    owner: "execution.hedge",
    table: hedgeOptions,
    valid: {},
    use: (hedge) => make({ execution: { hedge } }),
  }),
  "execution.limits": optionConformance({
    owner: "execution.limits",
    table: limitOptions,
    valid: {},
    use: (limits) => make({ execution: { limits } }),
  }),
  "execution.limits.models": optionConformance({
    owner: "execution.limits.models.small",
    table: endpointLimits,
    valid: {},
    use: (small) => make({ execution: { limits: { models: { small } } } }),
  }),
  "execution.limits.tenant": optionConformance({
    owner: "execution.limits.tenant",
    table: rateOptions,
    valid: {},
    use: (tenant) => make({ execution: { limits: { tenant } } }),
  }),
  "execution.retryBudget": optionConformance({
    owner: "execution.retryBudget",
    table: retryBudgetOptions,
    valid: {},
    use: (retryBudget) => make({ execution: { retryBudget } }),
  }),
  createHealth: optionConformance({
    owner: "createHealth",
    table: healthOptions,
    valid: {},
    use: createHealth,
  }),
  createUsageMeans: optionConformance({
    owner: "createUsageMeans",
    table: usageMeansOptions,
    valid: {},
    use: createUsageMeans,
  }),
  decisionLog: optionConformance({
    owner: "decisionLog",
    table: decisionLogOptions,
    valid: { file },
    use: (options) => decisionLog(options).close(),
  }),
  "decisionLog.rotate": optionConformance({
    owner: "decisionLog.rotate",
    table: rotationOptions,
    valid: {},
    use: (rotate) => decisionLog({ file, rotate }).close(),
  }),
  spendMeter: optionConformance({
    owner: "spendMeter",
    table: spendMeterOptions,
    valid: {},
    use: spendMeter,
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
