import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { always } from "../../policies/always.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { createRouter, type Router } from "../../src/index.ts";
import { auditJudge, auditJudgeOptions } from "../../src/loop/audit/audit-judge.ts";
import { auditOptions } from "../../src/loop/audit/audit-options.ts";
import { createAudit } from "../../src/loop/audit/create-audit.ts";
import { createDriftMonitor } from "../../src/loop/drift/drift-monitor.ts";
import { driftOptions, driftReference } from "../../src/loop/drift/drift-options.ts";
import { aborts } from "../../src/loop/guards/aborts.ts";
import { cost, costOptions } from "../../src/loop/guards/cost.ts";
import { degraded } from "../../src/loop/guards/degraded.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import { escalations } from "../../src/loop/guards/escalations.ts";
import { measuredGuardOptions, shareGuardOptions } from "../../src/loop/guards/guard-options.ts";
import { latency, latencyOptions } from "../../src/loop/guards/latency.ts";
import { quality, qualityOptions } from "../../src/loop/guards/quality.ts";
import { saving, savingOptions } from "../../src/loop/guards/saving.ts";
import { createHoldOut } from "../../src/loop/hold-out.ts";
import { holdOutOptions } from "../../src/loop/hold-out-options.ts";
import { keepPromise, keepPromiseOptions } from "../../src/loop/promise/keep-promise.ts";
import { createPromise } from "../../src/loop/promise/promise.ts";
import { promiseOptions } from "../../src/loop/promise/promise-options.ts";
import { saferThreshold, saferThresholdOptions } from "../../src/loop/promise/safer-threshold.ts";
import { sharePromise, sharePromiseOptions } from "../../src/loop/promise/share-promise.ts";
import { createRelease, releaseOptions } from "../../src/loop/release/create-release.ts";
import { followRelease, followReleaseOptions } from "../../src/loop/release/follow-release.ts";
import { publishRelease, publishReleaseOptions } from "../../src/loop/release/publish-release.ts";
import { createRollout } from "../../src/loop/rollout/create-rollout.ts";
import { rolloutOptions, shadowStage, shareStage } from "../../src/loop/rollout/rollout-options.ts";
import { rolloutPolicy, rolloutPolicyOptions } from "../../src/loop/rollout/rollout-policy.ts";
import { loopStates, loopStatesOptions } from "../../src/loop/states/loop-states.ts";
import { bootstrap, bootstrapOptions } from "../../src/loop/statistics/bootstrap.ts";
import { scoreDrift, scoreDriftOptions } from "../../src/loop/statistics/score-drift.ts";
import { labelUnit, rolloutUnits } from "../../src/loop/units/rollout-unit.ts";
import { unitOptions } from "../../src/loop/units/unit-options.ts";
import { createUnits } from "../../src/loop/units/units.ts";
import { watchTuning, watchTuningOptions } from "../../src/loop/watch-tuning.ts";
import { fakeModel, optionConformance } from "../../src/testing/index.ts";
import { halfAsGood, oneUsd } from "../support/audited.ts";
import { movedState, canarySalt as salt } from "../support/rollouts.ts";

const small = always("small");
const large = always("large");
const file = join(mkdtempSync(join(tmpdir(), "options-")), "file");
const models = {
  small: fakeModel({ model: "s", price: oneUsd }),
  large: fakeModel({ model: "l", price: oneUsd }),
};
// The router of a loop: each function listens to one of its own.
const make = () => createRouter({ models, policy: small }) as unknown as Router<string>;
const share = { margin: 0.1 };
const shadow = { shadow: true, requests: 5 } as const;
const rollout = {
  id: "r",
  salt,
  unit: "session" as const,
  control: large,
  candidate: small,
  stages: [{ share: 0.5 }],
  guards: [errors(share)],
};
const published = { store: memoryStore(), releases: { small: () => small } };

const suites = {
  auditJudge: optionConformance({
    owner: "auditJudge",
    table: auditJudgeOptions,
    valid: { model: fakeModel() },
    use: auditJudge,
  }),
  bootstrap: optionConformance({
    owner: "bootstrap",
    table: bootstrapOptions,
    valid: { resamples: 10 },
    use: (options) => bootstrap(1, () => ({ mean: 1 }), options),
  }),
  cost: optionConformance({ owner: "cost", table: costOptions, valid: { marginShare: 0.1 }, use: cost }),
  createAudit: optionConformance({
    owner: "createAudit",
    table: auditOptions,
    valid: {
      router: make(),
      reference: "large",
      scorer: halfAsGood,
      budget: { usdPerDay: 1 },
      file,
      rate: 1,
    },
    use: createAudit,
  }),
  createDriftMonitor: optionConformance({
    owner: "createDriftMonitor",
    table: driftOptions,
    valid: {},
    use: createDriftMonitor,
  }),
  createHoldOut: optionConformance({
    owner: "createHoldOut",
    table: holdOutOptions,
    valid: { policy: small, large: "large", salt },
    use: createHoldOut,
  }),
  createPromise: optionConformance({
    owner: "createPromise",
    table: promiseOptions,
    valid: { maxLoss: 0.02 },
    use: createPromise,
  }),
  createRelease: optionConformance({
    owner: "createRelease",
    table: releaseOptions,
    valid: {},
    use: (options) => createRelease(make(), options),
  }),
  createRollout: optionConformance({
    owner: "createRollout",
    table: rolloutOptions,
    valid: rollout,
    use: createRollout,
  }),
  "createRollout.stages[0]": optionConformance({
    owner: "createRollout.stages[0]",
    table: shareStage,
    valid: { share: 0.5 },
    use: (stage) => createRollout({ ...rollout, stages: [stage] }),
  }),
  "createRollout.stages[0] in the shadow": optionConformance({
    owner: "createRollout.stages[0]",
    table: shadowStage,
    valid: shadow,
    use: (stage) => createRollout({ ...rollout, stages: [stage, { share: 0.5 }] }),
  }),
  aborts: optionConformance({ owner: "aborts", table: shareGuardOptions, valid: share, use: aborts }),
  degraded: optionConformance({ owner: "degraded", table: shareGuardOptions, valid: share, use: degraded }),
  errors: optionConformance({ owner: "errors", table: measuredGuardOptions, valid: share, use: errors }),
  escalations: optionConformance({
    owner: "escalations",
    table: measuredGuardOptions,
    valid: share,
    use: escalations,
  }),
  followRelease: optionConformance({
    owner: "followRelease",
    table: followReleaseOptions,
    valid: { router: make(), ...published },
    use: (options) => followRelease(options).close(),
  }),
  keepPromise: optionConformance({
    owner: "keepPromise",
    table: keepPromiseOptions,
    valid: { promise: createPromise({ maxLoss: 0.02 }), otherwise: "large" },
    use: (options) => keepPromise(small, options),
  }),
  latency: optionConformance({
    owner: "latency",
    table: latencyOptions,
    valid: { quantile: 0.95, marginMs: 200 },
    use: latency,
  }),
  loopStates: optionConformance({
    owner: "loopStates",
    table: loopStatesOptions,
    valid: {},
    use: loopStates,
  }),
  publishRelease: optionConformance({
    owner: "publishRelease",
    table: publishReleaseOptions,
    valid: { router: make(), ...published, name: "small", data: {}, by: "ada", reason: "tried" },
    use: publishRelease,
  }),
  quality: optionConformance({
    owner: "quality",
    table: qualityOptions,
    valid: { ...share, from: "audit" },
    use: quality,
  }),
  renew: optionConformance({
    owner: "renew.reference",
    table: driftReference,
    valid: { quantiles: [0, 1], scores: 100 },
    use: (reference) => createDriftMonitor().renew(reference),
  }),
  rolloutPolicy: optionConformance({
    owner: "rolloutPolicy",
    table: rolloutPolicyOptions,
    valid: { id: "r", salt, unit: "session", control: large, candidate: small, state: movedState(0) },
    use: rolloutPolicy,
  }),
  saferThreshold: optionConformance({
    owner: "saferThreshold",
    table: saferThresholdOptions,
    valid: {},
    use: (options) => saferThreshold({}, options),
  }),
  saving: optionConformance({
    owner: "saving",
    table: savingOptions,
    valid: { minShare: 0.1, maxUsd: 1 },
    use: saving,
  }),
  scoreDrift: optionConformance({
    owner: "scoreDrift",
    table: scoreDriftOptions,
    valid: {},
    use: (options) => scoreDrift([], { quantiles: [0, 1], scores: 100 }, options),
  }),
  sharePromise: optionConformance({
    owner: "sharePromise",
    table: sharePromiseOptions,
    valid: {
      promise: createPromise({ maxLoss: 0.02, everyMs: 60_000 }),
      router: make(),
      store: published.store,
    },
    use: (options) => sharePromise(options).close(),
  }),
  unit: optionConformance({
    owner: "unit",
    table: labelUnit,
    valid: { label: "desk" },
    use: (unit) => rolloutUnits("unit", "r", unit, salt),
  }),
  units: optionConformance({
    owner: "units",
    table: unitOptions,
    valid: {},
    use: (options) => createUnits(rollout.guards, () => 0, options),
  }),
  watchTuning: optionConformance({
    owner: "watchTuning",
    table: watchTuningOptions,
    valid: { router: make(), file },
    use: (options) => watchTuning(options).close(),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
