import {
  type Choice,
  type Classification,
  isRouterError,
  type ModelFacts,
  type Policy,
  type PolicyContext,
  type Router,
} from "../../../src/contracts/index.ts";
import { completeFacts } from "../../../src/router/cost/inner.ts";
import { withNames } from "../../../src/router/decide/index.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { type RecordText, requestOfRecord } from "../../replay/request-of-record.ts";

/** Router by names of models, as outcome and tuning files have them, instead of its own ids. */
export interface ConfiguredRouter {
  /** Models by name; facts that a model does not state are from the catalogue. */
  readonly models: ReadonlyMap<string, ModelFacts>;
  readonly policy: Policy<string>;
  /**
   * Classifies a record as the router does: no classification if its classifier failed. Undefined if the
   * router has no choice, since its constraints permit one model or none.
   */
  classify(record: OutcomeRecord, text: RecordText | undefined): Promise<RouterClassification | undefined>;
}

export interface RouterClassification {
  readonly classification: Classification | undefined;
  /** Classifier as `name@version`. */
  readonly classifier: string;
}

/** Reads a router. No model of a plan is called. */
export function configuredRouter(router: Router): ConfiguredRouter {
  const ids = Object.keys(router.models);
  const models = new Map(
    ids.map((id) => {
      const facts = completeFacts(router.models[id] as ModelFacts);
      return [facts.name, facts];
    }),
  );
  const nameOf = new Map(ids.map((id) => [id, (router.models[id] as ModelFacts).name]));
  const idOf = new Map([...nameOf].map(([id, name]) => [name, id]));
  return {
    models,
    policy: byName(router.policy, nameOf, idOf),
    async classify(record, text) {
      try {
        const decision = await router.decide(requestOfRecord(record, text));
        const { classification, classifierError, versions } = decision;
        if (classification === undefined && classifierError === undefined) return undefined;
        return { classification, classifier: versions.classifier };
      } catch (error) {
        if (isRouterError(error, "no-eligible-model")) return undefined;
        throw error;
      }
    },
  };
}

/** Returns the policy over names of models, with those that it asks. */
function byName(policy: Policy<string>, nameOf: NamesById, idOf: NamesById): Policy<string> {
  return {
    ...withNames(policy, Object.fromEntries(nameOf)),
    inner: policy.inner?.map((one) => byName(one, nameOf, idOf)),
    guards: policy.guards,
    select: (context) => toNames(policy.select(toIds(context, idOf)), nameOf),
  };
}

/** Names of models by id, or ids by name. */
type NamesById = ReadonlyMap<string, string>;

function toIds(context: PolicyContext<string>, idOf: NamesById): PolicyContext<string> {
  const candidates = context.candidates.map((candidate) => ({
    ...candidate,
    id: idOf.get(candidate.id) ?? candidate.id,
  }));
  return { ...context, candidates };
}

function toNames(
  opinion: ReturnType<Policy<string>["select"]>,
  nameOf: NamesById,
): ReturnType<Policy<string>["select"]> {
  const name = (id: string): string => nameOf.get(id) ?? id;
  const renamed = (choice: Choice<string>): Choice<string> => ({
    ...choice,
    model: name(choice.model),
    escalate: choice.escalate?.map(({ unless, to }) => ({ unless, to: name(to) })),
  });
  if (opinion === undefined) return undefined;
  // The router's own check refuses it, and handles its rejection.
  if (opinion instanceof Promise) return opinion;
  return "model" in opinion ? renamed(opinion) : opinion.map(renamed);
}
