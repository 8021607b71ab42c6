import type { Decision, Router } from "../src/contracts/index.ts";

/** One step of a plan, as comparisons show it. */
interface Step {
  readonly model: string;
  /** Name of the model, where the router is known: two configurations may mean two models by one id. */
  readonly name?: string | undefined;
  readonly unless?: string | undefined;
}

/** What one side of a comparison decided; no model where none could serve the request. */
export interface Side {
  readonly model?: string | undefined;
  readonly plan?: readonly Step[] | undefined;
  readonly reason: string;
  readonly complexity?: number | undefined;
  /** Of the whole plan. Absent: a price is not known, or there is no plan. */
  readonly expectedCostUsd?: number | undefined;
  /** Whether a lottery drew it: another draw may have given another model. */
  readonly drawn: boolean;
}

export interface DecisionChange {
  readonly id: string | number;
  readonly before: Side;
  readonly after: Side;
}

/** A decision as a side; with `models`, of the router that made it, each step has its model's name. */
export function sideOf(decision: Partial<Decision>, models?: Router["models"]): Side {
  const { model, plan, reason, classification, expectedCostUsd, propensity = 1 } = decision;
  return {
    model,
    plan: Array.isArray(plan)
      ? plan.map((step) => ({ ...step, name: models?.[step.model]?.name }))
      : undefined,
    reason: String(reason),
    complexity: classification?.complexity,
    expectedCostUsd,
    drawn: propensity < 1,
  };
}

export function failedSide(reason: string): Side {
  return { model: undefined, reason, drawn: false };
}

/** Whether both lead to the same calls. Plans are compared where both sides have one. */
export function isSameSide(a: Side, b: Side): boolean {
  if (a.plan === undefined || b.plan === undefined) return a.model === b.model;
  return planKey(a.plan) === planKey(b.plan);
}

function planKey(plan: readonly Step[]): string {
  return JSON.stringify(plan.map(({ model, name = model, unless }) => [name, unless]));
}

export function showChange({ id, before, after }: DecisionChange): string {
  // Models of one id, or the same ids with other checks, are told apart by all that is known of them.
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
