import { type Choice, type Escalation, PolicyError, type Withheld } from "../contracts/index.ts";
import { nearestName } from "./options/nearest-name.ts";
import { shortText } from "./short-text.ts";

/** Parts of what a policy returns. */
type Returned = "choice" | "step of a plan" | "plan that is not followed";

/** Fields of what a policy returns, by what they are fields of. */
export const choiceFields: Readonly<Record<Returned, readonly string[]>> = {
  choice: fieldsOf<Choice>({
    model: true,
    reason: true,
    probability: true,
    escalate: true,
    expectedCostUsd: true,
    insteadOf: true,
    arms: true,
  }),
  "step of a plan": fieldsOf<Escalation>({ unless: true, to: true }),
  "plan that is not followed": fieldsOf<Withheld>({ model: true, escalate: true }),
};

function fieldsOf<Type>(fields: Record<keyof Type, true>): readonly string[] {
  return Object.keys(fields);
}

/** Throws `PolicyError` for a field that is not known: it would be taken for one that is absent. */
export function checkChoiceFields(policy: string, what: Returned, value: object): void {
  const known = choiceFields[what];
  for (const field in value) if (!known.includes(field)) throw unknownField(policy, what, field, known);
}

function unknownField(policy: string, what: string, field: string, known: readonly string[]): PolicyError {
  const meant = nearestName(field, known);
  const hint = meant === undefined ? "" : `. Did you mean ${meant}?`;
  const problem = `returned the field ${JSON.stringify(shortText(field))}, which a ${what} does not have: it has ${known.join(", ")}`;
  return new PolicyError(policy, `${problem}${hint}`);
}
