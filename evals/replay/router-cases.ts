import { type Candidate, isRouterError, type Router } from "../../src/contracts/index.ts";
import { candidateOf, kinAmong } from "../../src/router/decide/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { buildCases, type ReplayCase, type ReplayCases } from "./replay-cases.ts";
import { factsOfRecord, type RecordText, requestOfRecord } from "./request-of-record.ts";

export interface RouterCasesOptions {
  /** Text of a record that the router gets. Default `prompt`. */
  readonly text?: RecordText | undefined;
}

/**
 * Builds cases as a configured router sees them: its classifier and constraints judge each record through
 * `decide()`, so no model of a plan is called. Models are found in the outcomes by their names. Throws what
 * `decide()` throws, except `NoEligibleModelError`: such records are skipped.
 */
export async function routerCases<Id extends string>(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  router: Router<Id>,
  options: RouterCasesOptions = {},
): Promise<ReplayCases<Id>> {
  const candidates = (Object.keys(router.models) as Id[]).map(
    (id): Candidate<Id> => candidateOf(id, router.models[id], undefined),
  );
  const kinOf = kinAmong(candidates);
  let unclassified = 0;
  const contextOf = async (record: OutcomeRecord, position: number) => {
    const request = factsOfRecord(record, position, options.text);
    const decision = await decideOn(router, record, options.text);
    if (decision === undefined) return undefined;
    if (decision.classifierError !== undefined) unclassified += 1;
    const permitted = decision.candidates
      .filter((one) => one.permitted === true && one.withheld === undefined)
      .map((one): Candidate<Id> => {
        const { model } = one;
        const facts = router.models[model];
        return candidateOf(model, facts, kinOf(model, facts), one);
      });
    const { classification, session, spend, budgets, inputs = {}, at } = decision;
    const now = Date.parse(record.at ?? at);
    return { request, classification, candidates: permitted, session, spend, budgets, inputs, now };
  };
  const built = await buildCases<Id, ReplayCase<Id>>(records, candidates, contextOf, (one) => one);
  return { ...built, unclassified };
}

async function decideOn<Id extends string>(
  router: Router<Id>,
  record: OutcomeRecord,
  text: RecordText | undefined,
) {
  try {
    return await router.decide(requestOfRecord(record, text));
  } catch (error) {
    if (isRouterError(error, "no-eligible-model")) return undefined;
    throw error;
  }
}
