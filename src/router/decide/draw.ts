import {
  type ArmAssignment,
  type Candidate,
  type Choice,
  type Escalation,
  PolicyError,
  type Withheld,
} from "../../contracts/index.ts";
import { checkChoiceFields } from "../../plugin/choice-fields.ts";
import { ignore } from "../../plugin/ignore.ts";
import { dropPromises } from "../../plugin/index.ts";
import { settleArms, tolerance, type UnitOf } from "./settle-arms.ts";

/** The drawn choice and the probability of its plan. */
export interface Drawn<Id extends string> {
  readonly choice: Choice<Id>;
  /** Sum of the probabilities of all choices with the same plan, over all units, in (0, 1]. */
  readonly propensity: number;
  /** Arms that the request's unit is in. Absent: no choice belongs to one. */
  readonly arms?: readonly ArmAssignment[] | undefined;
}

/** Returns the reasons why models that the policy names may not answer, by id. */
type RefusalsOf = () => Readonly<Record<string, string>>;

const noRefusals: RefusalsOf = () => ({});

/**
 * Draws from a policy's opinion by a number in [0, 1). Throws `PolicyError` for no opinion (also a partial
 * one), a model that is not permitted, and invalid probabilities or arms. `unitOf` returns the unit of the request in a
 * comparison, and is asked only if the opinion has arms. Default: no request has one. `refusalsOf` is asked for lack of an
 * opinion.
 */
export function draw<Id extends string>(
  policy: string,
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
  candidates: readonly Candidate<Id>[],
  random: number,
  unitOf: UnitOf = ignore,
  refusalsOf: RefusalsOf = noRefusals,
): Drawn<Id> {
  if (opinion === undefined) throw withoutOpinion(policy, noOpinion, candidates, refusalsOf);
  if (!Array.isArray(opinion)) {
    const choice = opinion as Choice<Id>;
    checkChoice(policy, choice, candidates);
    const probability = choice.probability ?? 1;
    if (Math.abs(probability - 1) > tolerance)
      throw withoutOpinion(policy, partial(probability), candidates, refusalsOf);
    if (choice.arms !== undefined) return drawWithin(policy, [choice], random, unitOf);
    return { choice, propensity: 1 };
  }
  return drawFrom(policy, opinion, candidates, random, unitOf, refusalsOf);
}

function drawFrom<Id extends string>(
  policy: string,
  lottery: readonly Choice<Id>[],
  candidates: readonly Candidate<Id>[],
  random: number,
  unitOf: UnitOf,
  refusalsOf: RefusalsOf,
): Drawn<Id> {
  if (lottery.length === 0) throw withoutOpinion(policy, noOpinion, candidates, refusalsOf);
  let sum = 0;
  let hasArms = false;
  let drawn: Choice<Id> | undefined;
  for (const choice of lottery) {
    checkChoice(policy, choice, candidates);
    const probability = choice.probability ?? 1;
    sum += probability;
    if (choice.arms !== undefined) hasArms = true;
    if (drawn === undefined && probability > 0 && random < sum) drawn = choice;
  }
  if (sum > 1 + tolerance)
    throw new PolicyError(policy, `returned probabilities that sum to ${sum}, more than 1`);
  if (sum < 1 - tolerance) throw withoutOpinion(policy, partial(sum), candidates, refusalsOf);
  if (hasArms) return drawWithin(policy, lottery, random, unitOf);
  // The sum fell short of 1 by rounding and the number lies in the gap.
  const choice = drawn ?? lottery.findLast((one) => (one.probability ?? 1) > 0);
  if (choice === undefined) throw withoutOpinion(policy, partial(0), candidates, refusalsOf);
  return { choice, propensity: propensityOf(choice, lottery) };
}

/** Draws among the choices for the request's unit. The propensity is that over all units. */
function drawWithin<Id extends string>(
  policy: string,
  lottery: readonly Choice<Id>[],
  random: number,
  unitOf: UnitOf,
): Drawn<Id> {
  const { probabilities, arms } = settleArms(policy, lottery, unitOf);
  let sum = 0;
  let drawn: Choice<Id> | undefined;
  for (const [index, choice] of lottery.entries()) {
    const probability = probabilities[index] as number;
    if (!(probability > 0)) continue;
    sum += probability;
    drawn = choice;
    if (random < sum) break;
  }
  if (drawn === undefined) throw new PolicyError(policy, `${partial(0)}. ${advice}`);
  return { choice: drawn, propensity: propensityOf(drawn, lottery), arms };
}

function propensityOf(choice: Choice, lottery: readonly Choice[]): number {
  const plan = planKey(choice);
  let propensity = 0;
  for (const one of lottery) if (planKey(one) === plan) propensity += one.probability ?? 1;
  return Math.min(1, propensity);
}

/** Returns a key that two choices share if they lead to the same calls. */
function planKey(choice: Choice): string {
  if (choice.escalate === undefined || choice.escalate.length === 0) return choice.model;
  return JSON.stringify([choice.model, ...choice.escalate.map(({ unless, to }) => [unless.name, to])]);
}

const noOpinion = "had no opinion";
const advice = "Put it first in firstOf(…, always(…))";

function partial(sum: number): string {
  return `left ${(1 - sum).toPrecision(3)} of the probability without an opinion`;
}

/** Returns the error for what a policy leaves open: by the reasons of the models that it names, where these are refused. */
function withoutOpinion(
  policy: string,
  problem: string,
  candidates: readonly Candidate[],
  refusalsOf: RefusalsOf,
): PolicyError {
  const reasons = refusalsOf();
  const named = Object.entries(reasons).map(([id, reason]) => `${id} may not answer: ${reason}`);
  const permitted = `permitted: ${list(candidates)}`;
  if (named.length > 0)
    return new PolicyError(policy, `chose none: ${named.join("; ")}; ${permitted}. ${advice}`, { reasons });
  return new PolicyError(
    policy,
    problem === noOpinion ? `${problem}; ${permitted}. ${advice}` : `${problem}. ${advice}`,
  );
}

/** Throws `PolicyError` unless the choice is one that can be carried out. Its arms are checked where they are settled. */
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
  checkChoiceFields(policy, "choice", choice);
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
    checkChoiceFields(policy, "step of a plan", step);
    if (typeof step.unless?.accepts !== "function")
      throw new PolicyError(policy, `escalates to ${step.to} without a check`);
  }
}

/**
 * Returns an opinion as a lottery whose choices can all be carried out; empty for no opinion. Throws `PolicyError`, also
 * for probabilities that sum to more than 1.
 */
export function checkedLottery<Id extends string>(
  policy: string,
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
  candidates: readonly Candidate<Id>[],
): readonly Choice<Id>[] {
  if (opinion === undefined) return [];
  const lottery: readonly Choice<Id>[] = Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
  try {
    let sum = 0;
    for (const choice of lottery) {
      checkChoice(policy, choice, candidates);
      sum += choice.probability ?? 1;
    }
    if (sum <= 1 + tolerance) return lottery;
    throw new PolicyError(policy, `returned probabilities that sum to ${sum}, more than 1`);
  } catch (error) {
    dropPromises(opinion);
    throw error;
  }
}

/** Checks a plan that is only recorded: its models need not be permitted. */
function checkWithheld(policy: string, withheld: Withheld): void {
  const { model, escalate } = withheld;
  const isStep = (step: Escalation | null | undefined) =>
    typeof step?.to === "string" && typeof step.unless?.name === "string";
  const isPlan = escalate === undefined || (Array.isArray(escalate) && escalate.every(isStep));
  if (typeof model !== "string" || !isPlan)
    throw new PolicyError(policy, "chose instead of something that is not { model, escalate }");
  checkChoiceFields(policy, "plan that is not followed", withheld);
  for (const step of escalate ?? []) checkChoiceFields(policy, "step of a plan", step);
}

function checkModel(policy: string, model: unknown, candidates: readonly Candidate[]): void {
  for (const candidate of candidates) if (candidate.id === model) return;
  throw new PolicyError(
    policy,
    `chose ${JSON.stringify(model)}, which is not permitted here; permitted: ${list(candidates)}`,
  );
}

/** Returns the ids of models, for messages. */
function list(candidates: readonly Candidate[]): string {
  return candidates.map(({ id }) => id).join(", ");
}
