import {
  type Candidate,
  type ModelFacts,
  OutcomeFormatError,
  type PolicyContext,
  type RequestFacts,
} from "../../../src/contracts/index.ts";
import { candidateOf, type KinOf, kinAmong } from "../../../src/router/decide/index.ts";
import type { DecisionLine } from "../../data/decisions/decision-line.ts";

/** Place of a decision, for errors. */
export interface LogPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * Rebuilds the context of a policy at the time of a decision, as far as the log holds it: facts,
 * classification, permitted models with their estimates, session and spend. `models` has the facts of the
 * models to choose among; one that the log's router did not have counts as permitted. A log of an earlier version
 * has neither input tokens of each model nor health.
 *
 * The text of a request is present only with `decisionLog({ prompts: true })`, earlier turns never: for a
 * policy that reads what is missing, the context throws `OutcomeFormatError`.
 */
export function recordedContext<Id extends string>(
  { request, classification, candidates, session, spend, budgets, inputs = {}, at, prompt }: DecisionLine,
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
      text: { get: missing("text", "is read by the policy, and no decision log holds all of it") },
    },
  ) as RequestFacts;
  const kinOf = kinOfModels(models);
  const recorded = new Map(candidates.map((one) => [one?.model, one]));
  const permitted = (Object.keys(models) as Id[]).flatMap((id): Candidate<Id>[] => {
    const one = recorded.get(id);
    if (one !== undefined && (one.permitted !== true || one.withheld !== undefined)) return [];
    const facts = models[id];
    return [candidateOf(id, facts, kinOf(id, facts), one)];
  });
  return {
    request: facts,
    classification,
    candidates: permitted,
    session: session as PolicyContext<Id>["session"],
    spend,
    budgets,
    inputs,
    now: Date.parse(at),
  };
}

/** Kept for each list of models, since each line of a log asks. */
const known = new WeakMap<object, KinOf>();

function kinOfModels(models: Readonly<Record<string, ModelFacts>>): KinOf {
  let found = known.get(models);
  if (found === undefined) {
    found = kinAmong(Object.entries(models).map(([id, facts]) => ({ id, facts })));
    known.set(models, found);
  }
  return found;
}
