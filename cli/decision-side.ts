import type { Decision, Router } from "../src/contracts/index.ts";

/** One step of a plan, in the form that comparisons show. */
interface Step {
  readonly model: string;
  /** Name of the model, if the router is known: in two configurations one id may stand for two models. */
  readonly name?: string | undefined;
  readonly unless?: string | undefined;
}

/** Decision of one side of a comparison; without a model if none could serve the request. */
export interface Side {
  readonly model?: string | undefined;
  readonly plan?: readonly Step[] | undefined;
  readonly reason: string;
  readonly complexity?: number | undefined;
  /** Expected cost of the whole plan. Absent: a price is unknown, or there is no plan. */
  readonly expectedCostUsd?: number | undefined;
  /** True if a lottery drew it, so that another draw may give another model. */
  readonly drawn: boolean;
}

export interface DecisionChange {
  readonly id: string | number;
  readonly before: Side;
  readonly after: Side;
}

/** Converts a decision to a side. With `models`, those of the router that decided, steps have model names. */
export function sideOf(decision: Partial<Decision>, models?: Router["models"]): Side {
  const { model, plan, reason, classification, expectedCostUsd, propensity = 1 } = decision;
  return {
    model,
    plan: Array.isArray(plan)
      ? plan.map((step) => ({ ...step, name: nameOf(models, step.model) }))
      : undefined,
    reason: String(reason),
    complexity: classification?.complexity,
    expectedCostUsd,
    drawn: propensity < 1,
  };
}

function nameOf(models: Router["models"] | undefined, id: string): string | undefined {
  return models !== undefined && Object.hasOwn(models, id) ? models[id]?.name : undefined;
}

export function failedSide(reason: string): Side {
  return { model: undefined, reason, drawn: false };
}

/** True if both sides lead to the same calls. Plans are compared if both sides have one. */
export function isSameSide(a: Side, b: Side): boolean {
  if (a.plan === undefined || b.plan === undefined) return a.model === b.model;
  return planKey(a.plan) === planKey(b.plan);
}

function planKey(plan: readonly Step[]): string {
  return JSON.stringify(plan.map(({ model, name = model, unless }) => [name, unless]));
}

export function showChange({ id, before, after }: DecisionChange): string {
  // If ids do not show the difference (another model or another check), everything known is shown.
  const inFull = showIds(before) === showIds(after);
  return `${id}: ${showSide(before, inFull)} -> ${showSide(after, inFull)}`;
}

function showSide(side: Side, inFull: boolean): string {
  const { complexity, reason } = side;
  const score = complexity === undefined ? "" : `complexity ${complexity.toFixed(3)}; `;
  return `${inFull ? showSteps(side) : showIds(side)} (${score}${reason})`;
}

function showIds({ model = "no model", plan }: Side): string {
  return plan === undefined ? model : plan.map((step) => step.model).join(" then ");
}

function showSteps({ model = "no model", plan }: Side): string {
  if (plan === undefined) return model;
  return plan
    .map(({ model, name, unless }) =>
      [model, ...(name === undefined ? [] : [`= ${name}`]), ...(unless ? [`unless ${unless}`] : [])].join(
        " ",
      ),
    )
    .join(" then ");
}
