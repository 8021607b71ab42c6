import type { Hop, ProviderErrorKind, Router, RouterErrorCode } from "../../contracts/index.ts";
import type { Family } from "./family.ts";
import { type BoundLabel, closedLabel, namedLabel } from "./label-set.ts";

/** The labels of all series, each with its bound. */
export interface Labels {
  readonly model: BoundLabel;
  readonly hop: BoundLabel;
  readonly code: BoundLabel;
  readonly kind: BoundLabel;
  readonly name: BoundLabel;
  readonly budget: BoundLabel;
  readonly rollout: BoundLabel;
  readonly comparison: BoundLabel;
  readonly arm: BoundLabel;
  readonly promise: BoundLabel;
  readonly drift: BoundLabel;
  readonly tenant: BoundLabel;
}

const hops = {
  classify: 1,
  answer: 1,
  retry: 1,
  fallback: 1,
  cascade: 1,
  check: 1,
  hedge: 1,
  repair: 1,
  shadow: 1,
  cache: 1,
} satisfies Record<Hop, 1>;

/** Every code, and those of records of other errors. */
const codes = {
  "invalid-option": 1,
  "invalid-request": 1,
  "missing-configuration": 1,
  "missing-dependency": 1,
  "no-eligible-model": 1,
  policy: 1,
  provider: 1,
  "all-models-failed": 1,
  "budget-exceeded": 1,
  "unpriced-models": 1,
  "deadline-exceeded": 1,
  "limit-exceeded": 1,
  classifier: 1,
  "invalid-output": 1,
  store: 1,
  "outcome-format": 1,
  "insufficient-evidence": 1,
  abandoned: 1,
  aborted: 1,
  unknown: 1,
} satisfies Record<RouterErrorCode, 1> & Record<string, 1>;

const kinds = {
  authentication: 1,
  permission: 1,
  "not-found": 1,
  "invalid-request": 1,
  "too-large": 1,
  "context-overflow": 1,
  "content-filter": 1,
  "rate-limit": 1,
  overloaded: 1,
  saturated: 1,
  server: 1,
  conflict: 1,
  timeout: 1,
  connection: 1,
  incomplete: 1,
  unsupported: 1,
  unknown: 1,
} satisfies Record<ProviderErrorKind, 1>;

/** Findings of a drift monitor. `served-model:` and a name that a provider sent is cut at the colon. */
const drifts = [
  "score",
  "model",
  "language",
  "length",
  "category",
  "classifier-failures",
  "judge-disagreement",
  "served-model",
];

export interface LabelOptions {
  readonly most: number;
  readonly tenants: readonly string[];
  /** Series that counts values without a place. */
  readonly overflowed: Family;
}

export function createLabels(
  { models }: Pick<Router, "models">,
  { most, tenants, overflowed }: LabelOptions,
): Labels {
  const count = (label: string) => () => overflowed.add(1, label);
  const closed = (label: string, values: Iterable<string>) => closedLabel(values, count(label));
  const named = (label: string, values: Iterable<string> = []) => namedLabel(values, most, count(label));
  const drift = closed("of", drifts);
  return {
    model: named("model", Object.keys(models)),
    hop: closed("hop", Object.keys(hops)),
    code: closed("code", Object.keys(codes)),
    kind: closed("kind", [...Object.keys(kinds), ...Object.keys(codes)]),
    name: named(
      "name",
      Object.values(models).map(({ name }) => name),
    ),
    budget: named("budget"),
    rollout: named("rollout"),
    comparison: named("comparison"),
    arm: named("arm"),
    promise: named("promise"),
    drift: (value) => drift(value?.split(":", 1)[0]),
    tenant: closedLabel(tenants, () => {}),
  };
}
