import type { LoggedDecision } from "../evals/data/decisions/join-feedback.ts";
import { type Decision, isRouterError, OutcomeFormatError, type Router } from "../src/contracts/index.ts";
import { requestOfDecision } from "./request-of-decision.ts";

export interface Reclassified {
  readonly decisions: AsyncIterable<LoggedDecision>;
  /**
   * Number of decisions that depended on more than the log holds: earlier turns, system prompts, tools.
   * Complete after all are read.
   */
  readonly shortened: () => number;
}

/**
 * Replaces the classifications of logged decisions by those of the router's classifier, with the quality that
 * it expects of each model. The permitted models stay. No model of a plan is called. Reading throws
 * `OutcomeFormatError` if the log holds no prompts.
 */
export function reclassifyDecisions(
  decisions: AsyncIterable<LoggedDecision>,
  router: Router,
  file: string,
): Reclassified {
  let shortened = 0;
  async function* read(): AsyncGenerator<LoggedDecision, void, void> {
    for await (const one of decisions) {
      if (one.decision.forced) {
        yield one;
        continue;
      }
      const fields = one.decision as unknown as Readonly<Record<string, unknown>>;
      const refuse = (field: string, problem: string): never => {
        throw new OutcomeFormatError(file, one.line, field, problem);
      };
      const asked = requestOfDecision(fields, refuse, () => true);
      if (asked.shortened) shortened += 1;
      const now = await decideAgain(router, asked.request);
      yield { ...one, decision: { ...one.decision, ...judgedBy(now, one.decision) } };
    }
  }
  return { decisions: read(), shortened: () => shortened };
}

/** Decides again; undefined if no model of the router is permitted: then nothing can depend on it. */
async function decideAgain(
  router: Router,
  request: Parameters<Router["decide"]>[0],
): Promise<Decision | undefined> {
  try {
    return await router.decide(request, { draw: 0 });
  } catch (error) {
    if (isRouterError(error, "no-eligible-model")) return undefined;
    throw error;
  }
}

function judgedBy(
  now: Decision | undefined,
  { candidates, versions }: Decision,
): Pick<Decision, "classification" | "candidates" | "versions"> {
  const qualities = new Map(now?.candidates.map((one) => [one.model, one.estimatedQuality]));
  return {
    classification: now?.classification,
    candidates: candidates.map((one) => ({ ...one, estimatedQuality: qualities.get(one.model) })),
    versions: { ...versions, classifier: now?.versions.classifier ?? "none" },
  };
}
