import { type Classifier, InvalidOptionError } from "../../../src/contracts/index.ts";
import { candidatesWithQuality } from "../../../src/router/decide/index.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { type ReplayCase, type ReplayCases, replayCases } from "../../replay/replay-cases.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import type { ConfiguredRouter } from "./configured-router.ts";

export interface FreshCases {
  /**
   * Cases whose ids are names of models; records that lack one of them, or for which the router has no
   * choice, are left out.
   */
  readonly cases: ReplayCases<string>;
  /** Classifier of the cases, as `name@version`. */
  readonly classifier: string;
}

/**
 * Prepares fresh outcomes for the policy of a tuning file, classified by the router if there is one, else by
 * the classifier. The policy itself is checked, so all models are permitted. Throws `InvalidOptionError` if
 * no record has an outcome of each model.
 */
export async function freshCases(
  records: readonly OutcomeRecord[],
  { models, text }: Pick<TuningFile, "models" | "text">,
  by: { readonly classifier: Classifier } | { readonly router: ConfiguredRouter },
): Promise<FreshCases> {
  const facts = "router" in by ? Object.fromEntries(by.router.models) : undefined;
  const classifier = "router" in by ? undefined : by.classifier;
  const cases = await replayCases(records, { models, text, facts, classifier });
  const fresh =
    "router" in by
      ? await classifiedBy(by.router, cases, text)
      : { cases, classifier: `${by.classifier.name}@${by.classifier.version}` };
  if (fresh.cases.cases.length === 0)
    throw new InvalidOptionError("outcomes", records, `records with outcomes of ${models.join(" and ")}`);
  return fresh;
}

async function classifiedBy(
  router: ConfiguredRouter,
  bare: ReplayCases<string>,
  text: TuningFile["text"],
): Promise<FreshCases> {
  const cases: ReplayCase<string>[] = [];
  let unclassified = 0;
  let classifier = "none";
  for (const one of bare.cases) {
    const classified = await router.classify(one.record, text);
    if (classified === undefined) continue;
    const { classification } = classified;
    classifier = classified.classifier;
    if (classification === undefined) unclassified += 1;
    const candidates = candidatesWithQuality(one.context.candidates, classification?.quality);
    cases.push({ ...one, context: { ...one.context, candidates, classification } });
  }
  const skipped = bare.skipped + bare.cases.length - cases.length;
  return { cases: { ...bare, cases, skipped, unclassified }, classifier };
}
