import {
  type Candidate,
  type Choice,
  type Escalation,
  PolicyError,
  type Withheld,
} from "../../contracts/index.ts";
import { choiceFields, stepFields, withheldFields } from "../../plugin/choice-fields.ts";
import { dropPromises } from "../../plugin/index.ts";
import { nearestName } from "../../plugin/options/nearest-name.ts";
import { shortText } from "../../plugin/short-text.ts";

/** Largest rounding error of a sum of probabilities. */
export const tolerance = 1e-9;

/** Throws `PolicyError` unless the choice is one that can be carried out. Its arms are checked where they are settled. */
export function checkChoice<Id extends string>(
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
  checkFields(policy, "choice", choice, choiceFields);
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
    checkFields(policy, "step of a plan", step, stepFields);
    if (typeof step.unless?.accepts !== "function")
      throw new PolicyError(policy, `escalates to ${step.to} without a check`);
  }
}

/** Refuses a field that is not known: it would be taken for one that is absent. */
function checkFields(policy: string, what: string, value: object, known: readonly string[]): void {
  for (const field in value) if (!known.includes(field)) throw unknownField(policy, what, field, known);
}

function unknownField(policy: string, what: string, field: string, known: readonly string[]): PolicyError {
  const meant = nearestName(field, known);
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  const problem = `returned the field ${JSON.stringify(shortText(field))}, which a ${what} does not have: it has ${known.join(", ")}`;
  return new PolicyError(policy, `${problem}${hint}`);
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
  checkFields(policy, "plan that is not followed", withheld, withheldFields);
  for (const step of escalate ?? []) checkFields(policy, "step of a plan", step, stepFields);
}

function checkModel(policy: string, model: unknown, candidates: readonly Candidate[]): void {
  for (const candidate of candidates) if (candidate.id === model) return;
  throw new PolicyError(
    policy,
    `chose ${JSON.stringify(model)}, which is not permitted here; permitted: ${list(candidates)}`,
  );
}

/** Returns the ids of models, for messages. */
export function list(candidates: readonly Candidate[]): string {
  return candidates.map(({ id }) => id).join(", ");
}
