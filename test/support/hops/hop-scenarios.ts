import fc from "fast-check";
import type { Hop, ProviderErrorKind } from "../../../src/contracts/index.ts";

/** Outcome of one call of a model. */
export type Outcome =
  | "ok"
  | "no-usage"
  /** A stream that starts later than a hedge. */
  | "late"
  | "throws"
  | "stops-before-content"
  | "stops-after-content"
  | Extract<ProviderErrorKind, "server" | "rate-limit" | "not-found" | "context-overflow" | "timeout">;

export interface ModelScript {
  readonly zone: string | undefined;
  /** Price of a call in US dollars. */
  readonly usd: number | undefined;
  /** True if the window is too small for any request. */
  readonly narrow: boolean;
  readonly tools: boolean | undefined;
  /** Outcomes of its calls in order, repeated from the start. */
  readonly outcomes: readonly Outcome[];
}

/** A rule that becomes a constraint; `target` is the index of a model, or past the last one the judge. */
export type Rule =
  | { readonly kind: "zone"; readonly zones: readonly string[] }
  | { readonly kind: "only" | "except"; readonly targets: readonly number[] }
  | { readonly kind: "max-cost"; readonly usd: number }
  /** Forbids the target at every other step of the world, so that a permission expires a moment later. */
  | { readonly kind: "moment"; readonly target: number; readonly odd: boolean }
  | { readonly kind: "hop"; readonly target: number; readonly hop: Hop }
  | { readonly kind: "throws"; readonly target: number; readonly odd: boolean }
  /** Forbids at each n-th evaluation, whatever the candidate. */
  | { readonly kind: "count"; readonly every: number };

/** Call of a classifier or a check through its hop. */
export interface CallScript {
  readonly callee: "own" | "original" | "outside" | "borrowed-name" | "borrowed-id" | "again";
  readonly index: number;
  /** Way of the call: a chat answer, or something else through the hop, such as embeddings. */
  readonly way: "generate" | "call";
  /** Facts and outcomes that an outside model, or one under a borrowed name, claims. */
  readonly script: ModelScript;
}

export interface UseScript {
  readonly calls: readonly CallScript[];
  readonly together: boolean;
  /** True to call only after the hop is over. */
  readonly late: boolean;
  readonly ends: "yes" | "no" | "throws";
}

export interface PolicyScript {
  /** Honest: chooses among the candidates. The others name any model they want, by different tricks. */
  readonly kind: "honest" | "lottery" | "names-anyone" | "adds-candidates" | "changes-its-mind";
  readonly index: number;
  /** Further steps, each with its check. */
  readonly steps: readonly { readonly index: number; readonly check: UseScript }[];
}

export interface Scenario {
  readonly models: readonly ModelScript[];
  readonly teamRules: readonly Rule[];
  readonly requestRules: readonly Rule[];
  readonly policy: PolicyScript;
  readonly classifier: UseScript;
  readonly mode: "route" | "stream" | "decide";
  readonly tools: boolean;
  readonly pin: number | undefined;
  readonly maxCostUsd: number | undefined;
  /** A budget that counts the calls of one model, under whatever name. */
  readonly budget: { readonly target: number; readonly usd: number } | undefined;
  readonly deadlineMs: number | undefined;
  /** True if models answer so late that timers of deadlines fire before the world's clock has come so far. */
  readonly slow: boolean;
  /** Step of the world at which the caller aborts. */
  readonly abortAt: number | undefined;
  readonly retries: number;
  /** True if late streams are hedged. */
  readonly hedge: boolean;
  /** Check that every answer must pass; otherwise the next model is called. */
  readonly degraded: UseScript | undefined;
  readonly draw: number;
}

const index = fc.nat({ max: 3 });
const zones = ["a", "b", "c"] as const;
const often = <T>(usual: T, ...others: readonly fc.Arbitrary<T>[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );

const outcome = fc.oneof(
  fc.constant<Outcome>("ok"),
  fc.constantFrom<Outcome>(
    "no-usage",
    "late",
    "throws",
    "stops-before-content",
    "stops-after-content",
    "server",
    "rate-limit",
    "not-found",
    "context-overflow",
    "timeout",
  ),
);

const model: fc.Arbitrary<ModelScript> = fc.record({
  zone: often<string | undefined>("a", fc.constantFrom("b", "c", undefined)),
  usd: often<number | undefined>(1, fc.constantFrom(0, 3, undefined)),
  narrow: often(false, fc.boolean()),
  tools: often<boolean | undefined>(true, fc.constantFrom(false, undefined)),
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 3 }),
});

const target = fc.nat({ max: 4 });
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({
    kind: fc.constant("zone" as const),
    zones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1 }),
  }),
  fc.record({
    kind: fc.constantFrom("only" as const, "except" as const),
    targets: fc.uniqueArray(index, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("max-cost" as const), usd: fc.constantFrom(0, 1, 3) }),
  fc.record({ kind: fc.constantFrom("moment" as const, "throws" as const), target, odd: fc.boolean() }),
  fc.record({
    kind: fc.constant("hop" as const),
    target,
    hop: fc.constantFrom<Hop>("classify", "answer", "retry", "fallback", "cascade", "check", "hedge"),
  }),
  fc.record({ kind: fc.constant("count" as const), every: fc.integer({ min: 2, max: 9 }) }),
);

const call: fc.Arbitrary<CallScript> = fc.record({
  callee: fc.constantFrom("own", "original", "outside", "outside", "borrowed-name", "borrowed-id", "again"),
  index,
  way: fc.constantFrom("generate", "call"),
  script: model,
});

const use: fc.Arbitrary<UseScript> = fc.record({
  calls: fc.array(call, { maxLength: 3 }),
  together: fc.boolean(),
  late: often(false, fc.boolean()),
  ends: fc.constantFrom("yes", "no", "throws"),
});

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  models: fc.array(model, { minLength: 1, maxLength: 4 }),
  teamRules: fc.array(rule, { maxLength: 2 }),
  requestRules: often<readonly Rule[]>([], fc.array(rule, { maxLength: 2 })),
  policy: fc.record({
    kind: often<PolicyScript["kind"]>(
      "honest",
      fc.constant("lottery"),
      fc.constantFrom("names-anyone", "adds-candidates", "changes-its-mind"),
    ),
    index,
    steps: fc.array(fc.record({ index, check: use }), { maxLength: 2 }),
  }),
  classifier: use,
  mode: fc.constantFrom("route", "stream", "decide"),
  tools: fc.boolean(),
  pin: often<number | undefined>(undefined, index),
  maxCostUsd: often<number | undefined>(undefined, fc.constantFrom(0.5, 2, 4)),
  budget: often<Scenario["budget"]>(
    undefined,
    fc.record({ target: index, usd: fc.constantFrom(0.5, 1, 2, 4) }),
  ),
  deadlineMs: often<number | undefined>(undefined, fc.constantFrom(15, 45)),
  slow: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  abortAt: often<number | undefined>(undefined, fc.nat({ max: 5 })),
  retries: fc.nat({ max: 2 }),
  hedge: fc.boolean(),
  degraded: often<UseScript | undefined>(undefined, use),
  draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

/** Scenarios whose streams start late, so that another model is called in addition, if one is permitted. */
export const lateScenarios: fc.Arbitrary<Scenario> = scenarios.map((scenario) => ({
  ...scenario,
  mode: "stream",
  hedge: true,
  degraded: undefined,
  policy: { ...scenario.policy, steps: [] },
  models: scenario.models.map((script) => ({ ...script, outcomes: ["late", ...script.outcomes] })),
}));
