import {
  type Candidate,
  type ModelFacts,
  OutcomeFormatError,
  type PolicyContext,
  type RequestFacts,
} from "../../../src/contracts/index.ts";
import type { DecisionLine } from "../../data/decisions/decision-line.ts";

/** Where a decision stands, for errors. */
export interface LogPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * What a policy was shown when a decision was made, as far as the log holds it: facts, classification,
 * permitted models with their estimates, session and spend, at the time of the decision. `models` gives
 * the facts of the models to choose among; one that the log's router did not have is taken to be
 * permitted. Health is not in a log.
 *
 * The text of a request is only there with `decisionLog({ prompts: true })`, earlier turns never: a policy
 * that reads what is missing makes it throw `OutcomeFormatError`.
 */
export function recordedContext<Id extends string>(
  { request, classification, candidates, session, spend, at, prompt }: DecisionLine,
  models: Readonly<Record<Id, ModelFacts>>,
  { file, line }: LogPlace,
): PolicyContext<Id> {
  const missing = (field: string, problem: string) => (): never => {
    throw new OutcomeFormatError(file, line, field, problem);
  };
  const facts = Object.defineProperties(
    { ...request },
    {
      ask:
        prompt === undefined
          ? {
              get: missing(
                "prompt",
                "is missing, and the policy reads it: log with decisionLog({ prompts: true })",
              ),
            }
          : { value: prompt, enumerable: true },
      window: { get: missing("window", "is read by the policy, and no decision log holds earlier turns") },
    },
  ) as RequestFacts;
  const recorded = new Map(candidates.map((one) => [one?.model, one]));
  const permitted = (Object.keys(models) as Id[]).flatMap((id): Candidate<Id>[] => {
    const one = recorded.get(id);
    if (one !== undefined && one.permitted !== true) return [];
    const { estimatedCostUsd, estimatedQuality } = one ?? {};
    return [{ id, facts: models[id], estimatedCostUsd, estimatedQuality }];
  });
  return {
    request: facts,
    classification,
    candidates: permitted,
    session: session as PolicyContext<Id>["session"],
    spend,
    now: Date.parse(at),
  };
}
