import { type Classifier, InvalidOptionError } from "../../src/contracts/index.ts";
import { candidatesWithQuality } from "../../src/decision/with-quality.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type ReplayCase, type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import type { ConfiguredRouter } from "./configured-router.ts";

export interface FreshCases {
  /** Ids are names of models; records that lack one of them are left out. */
  readonly cases: ReplayCases<string>;
  /** `name@version` of what classified them. Absent: nothing did. */
  readonly classifier?: string | undefined;
}

/**
 * Fresh outcomes as the policy of a tuning file meets them, classified by the router where there is one,
 * else by the classifier. No constraint is asked: what is checked is the policy. Throws
 * `InvalidOptionError` when no record has an outcome of each model.
 */
export async function freshCases(
  records: readonly OutcomeRecord[],
  { models, text }: Pick<TuningFile, "models" | "text">,
  by: { readonly classifier: Classifier } | { readonly router: ConfiguredRouter },
): Promise<FreshCases> {
  const facts = "router" in by ? Object.fromEntries(by.router.models) : undefined;
  const classifier = "router" in by ? undefined : by.classifier;
  const cases = await replayCases(records, { models, text, facts, classifier });
  if (cases.cases.length === 0)
    throw new InvalidOptionError("outcomes", records, `records with outcomes of ${models.join(" and ")}`);
  if ("router" in by) return classifiedBy(by.router, cases, text);
  return { cases, classifier: `${by.classifier.name}@${by.classifier.version}` };
}

async function classifiedBy(
  router: ConfiguredRouter,
  bare: ReplayCases<string>,
  text: TuningFile["text"],
): Promise<FreshCases> {
  const cases: ReplayCase<string>[] = [];
  let unclassified = 0;
  let classifier: string | undefined;
  for (const one of bare.cases) {
    const classified = await router.classify(one.record, text);
    const classification = classified?.classification;
    if (classified === undefined) unclassified += 1;
    else classifier ??= classified.classifier;
    const candidates = candidatesWithQuality(one.context.candidates, classification?.quality);
    cases.push({ ...one, context: { ...one.context, candidates, classification } });
  }
  return { cases: { ...bare, cases, unclassified }, classifier };
}
