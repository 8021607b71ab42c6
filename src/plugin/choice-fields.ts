import type { Choice, Escalation, Withheld } from "../contracts/index.ts";

/** Fields of what a policy returns: any other would be taken for one that is absent. */
export const choiceFields: readonly string[] = fieldsOf<Choice>({
  model: true,
  reason: true,
  probability: true,
  escalate: true,
  expectedCostUsd: true,
  insteadOf: true,
  arms: true,
});
export const stepFields: readonly string[] = fieldsOf<Escalation>({ unless: true, to: true });
export const withheldFields: readonly string[] = fieldsOf<Withheld>({ model: true, escalate: true });

function fieldsOf<Type>(fields: Record<keyof Type, true>): readonly string[] {
  return Object.keys(fields);
}
