import type { Candidate, Choice, Policy, PolicyContext } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";

export interface SharesContext extends Partial<Omit<PolicyContext, "candidates">> {
  /** Complexity of the request. Default 0.5. */
  readonly complexity?: number | undefined;
}

/** Returns a policy's choice among these models (ids or whole candidates), as a lottery. */
export function choicesAmong<Id extends string>(
  policy: Policy<Id>,
  models: readonly (string | Candidate)[],
  { complexity = 0.5, ...context }: SharesContext = {},
): readonly Choice[] {
  const opinion = (policy as unknown as Policy<string>).select({
    request: factsOf(),
    classification: { complexity },
    inputs: {},
    now: 0,
    ...context,
    candidates: models.map((model) => (typeof model === "string" ? candidateOf(model) : model)),
  });
  return opinion === undefined ? [] : Array.isArray(opinion) ? opinion : [opinion as Choice];
}

/** Returns P(model) under a policy; empty for no opinion. */
export function sharesOf<Id extends string>(
  policy: Policy<Id>,
  models: readonly (string | Candidate)[],
  context: SharesContext = {},
): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const { model, probability = 1 } of choicesAmong(policy, models, context))
    shares[model] = (shares[model] ?? 0) + probability;
  return shares;
}
