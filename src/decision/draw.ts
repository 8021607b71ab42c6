import {
  type Candidate,
  type Choice,
  type Escalation,
  PolicyError,
  type Withheld,
} from "../contracts/index.ts";

/** The drawn choice and the probability of its plan. */
export interface Drawn<Id extends string> {
  readonly choice: Choice<Id>;
  /** Sum of the probabilities of all choices with the same plan, in (0, 1]. */
  readonly propensity: number;
}

/** Largest rounding error of a sum of probabilities. */
const tolerance = 1e-9;

/**
 * Draws from a policy's opinion by a number in [0, 1). Throws `PolicyError` for no opinion (also a partial
 * one), a model that is not permitted, and invalid probabilities.
 */
export function draw<Id extends string>(
  policy: string,
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
  candidates: readonly Candidate<Id>[],
  random: number,
): Drawn<Id> {
  if (opinion === undefined) throw new PolicyError(policy, noOpinion(candidates));
  if (!Array.isArray(opinion)) {
    const choice = opinion as Choice<Id>;
    checkChoice(policy, choice, candidates);
    const probability = choice.probability ?? 1;
    if (Math.abs(probability - 1) > tolerance) throw new PolicyError(policy, partial(probability));
    return { choice, propensity: 1 };
  }
  return drawFrom(policy, opinion, candidates, random);
}

function drawFrom<Id extends string>(
  policy: string,
  lottery: readonly Choice<Id>[],
  candidates: readonly Candidate<Id>[],
  random: number,
): Drawn<Id> {
  if (lottery.length === 0) throw new PolicyError(policy, noOpinion(candidates));
  let sum = 0;
  let drawn: Choice<Id> | undefined;
  for (const choice of lottery) {
    checkChoice(policy, choice, candidates);
    const probability = choice.probability ?? 1;
    sum += probability;
    if (drawn === undefined && probability > 0 && random < sum) drawn = choice;
  }
  if (sum > 1 + tolerance)
    throw new PolicyError(policy, `returned probabilities that sum to ${sum}, more than 1`);
  if (sum < 1 - tolerance) throw new PolicyError(policy, partial(sum));
  // The sum fell short of 1 by rounding and the number lies in the gap.
  const choice = drawn ?? lottery.findLast((one) => (one.probability ?? 1) > 0);
  if (choice === undefined) throw new PolicyError(policy, partial(0));
  const plan = planKey(choice);
  let propensity = 0;
  for (const one of lottery) if (planKey(one) === plan) propensity += one.probability ?? 1;
  return { choice, propensity: Math.min(1, propensity) };
}

function checkChoice<Id extends string>(
  policy: string,
  choice: Choice<Id>,
  candidates: readonly Candidate<Id>[],
): void {
  if (typeof choice !== "object" || choice === null || typeof choice.model !== "string") {
    const isPromise = (choice as unknown) instanceof Promise;
    throw new PolicyError(
      policy,
      isPromise
        ? "returned a promise: select() must not be async"
        : "returned a choice without a model: it must be { model, reason }",
    );
  }
  checkModel(policy, choice.model, candidates);
  const { reason, probability, escalate, expectedCostUsd, insteadOf } = choice;
  if (typeof reason !== "string") throw new PolicyError(policy, `chose ${choice.model} without a reason`);
  if (
    probability !== undefined &&
    !(typeof probability === "number" && probability >= 0 && probability <= 1 + tolerance)
  ) {
    throw new PolicyError(
      policy,
      `returned the probability ${String(probability)} for ${choice.model}, which is not in [0, 1]`,
    );
  }
  if (expectedCostUsd !== undefined && typeof expectedCostUsd !== "number")
    throw new PolicyError(policy, `expects ${choice.model} to cost something that is not a number`);
  if (insteadOf !== undefined) checkWithheld(policy, insteadOf);
  if (escalate === undefined) return;
  if (!Array.isArray(escalate)) throw new PolicyError(policy, "escalates to something that is not a list");
  for (const step of escalate) {
    checkModel(policy, step?.to, candidates);
    if (typeof step.unless?.accepts !== "function")
      throw new PolicyError(policy, `escalates to ${step.to} without a check`);
  }
}

/** Checks a plan that is only recorded: its models need not be permitted. */
function checkWithheld(policy: string, { model, escalate }: Withheld): void {
  const isStep = (step: Escalation | null | undefined) =>
    typeof step?.to === "string" && typeof step.unless?.name === "string";
  const isPlan = escalate === undefined || (Array.isArray(escalate) && escalate.every(isStep));
  if (typeof model !== "string" || !isPlan)
    throw new PolicyError(policy, "chose instead of something that is not { model, escalate }");
}

function checkModel(policy: string, model: unknown, candidates: readonly Candidate[]): void {
  for (const candidate of candidates) if (candidate.id === model) return;
  throw new PolicyError(
    policy,
    `chose ${JSON.stringify(model)}, which is not permitted here; permitted: ${list(candidates)}`,
  );
}

/** Returns a key that two choices share if they lead to the same calls. */
function planKey(choice: Choice): string {
  if (choice.escalate === undefined || choice.escalate.length === 0) return choice.model;
  return JSON.stringify([choice.model, ...choice.escalate.map(({ unless, to }) => [unless.name, to])]);
}

function noOpinion(candidates: readonly Candidate[]): string {
  return `had no opinion; permitted: ${list(candidates)}. Put it first in firstOf(…, always(…))`;
}

function partial(sum: number): string {
  return `left ${(1 - sum).toPrecision(3)} of the probability without an opinion. Put it first in firstOf(…, always(…))`;
}

function list(candidates: readonly Candidate[]): string {
  return candidates.map(({ id }) => id).join(", ");
}
