import type {
  Candidate,
  ChatRequest,
  Decision,
  Model,
  ModelFacts,
  PolicyContext,
  ReadText,
  RequestFacts,
} from "../../contracts/index.ts";
import { candidateOf, type KinOf, kinAmong } from "../../router/decide/index.ts";
import { searchableText } from "../../router/request/index.ts";

/** A finished request as far as another policy can be asked about it. */
export interface ShadowedRequest {
  readonly decision: Decision;
  readonly readText: ReadText;
  /** Returns the request as it was sent. */
  readonly readRequest: () => ChatRequest;
}

/** Facts of a router's models by id, and the ids that stand for one model. */
export interface ShadowModels {
  readonly factsOf: ReadonlyMap<string, ModelFacts>;
  readonly kinOf: KinOf;
}

export function shadowModels(models: Readonly<Record<string, Model>>): ShadowModels {
  // Facts alone: a policy cannot call a model.
  const factsOf = new Map(
    Object.entries(models).map(([id, { generate: _, stream: __, health: ___, ...facts }]) => [
      id,
      facts as ModelFacts,
    ]),
  );
  const all = [...factsOf].map(([id, facts]) => ({ id, facts }));
  return { factsOf, kinOf: kinAmong(all) };
}

/** Returns the context that the router's policy saw when it made a decision, rebuilt from its record. */
export function shadowContext(
  { decision, readText, readRequest }: ShadowedRequest,
  { factsOf, kinOf }: ShadowModels,
): PolicyContext {
  const { ask, window } = readText();
  const request: RequestFacts = {
    ...decision.request,
    ask,
    window,
    text: { all: () => searchableText(readRequest()) },
  };
  const candidates = decision.candidates.flatMap((one): Candidate[] => {
    const { model: id, permitted, withheld } = one;
    const facts = factsOf.get(id);
    if (permitted !== true || withheld !== undefined || facts === undefined) return [];
    return [candidateOf(id, facts, kinOf(id, facts), one)];
  });
  return {
    request,
    classification: decision.classification,
    candidates,
    session: decision.session,
    spend: decision.spend,
    budgets: decision.budgets,
    inputs: decision.inputs ?? {},
    now: Date.parse(decision.at),
  };
}
