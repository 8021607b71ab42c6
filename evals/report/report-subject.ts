import { threshold as thresholdPolicy } from "../../policies/index.ts";
import { type Classifier, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { restsOn } from "../data/split/record-keys.ts";
import { certifiedPolicy } from "../monitor/gate/certified-policy.ts";
import { type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import { requestOfRecord } from "../replay/request-of-record.ts";
import { routerCases } from "../replay/router-cases.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import { tuningSchema } from "../tune/tuning-schema.ts";
import type { PairReportOptions, RouterReportOptions } from "./report-options.ts";

/** Subject of the report. */
export interface Subject {
  readonly prepared: ReplayCases<string>;
  readonly policy: Policy<string>;
  readonly models: readonly string[];
  /** Model for the comparison. Default: the model that is best alone. */
  readonly reference?: string | undefined;
  /** True if it is compared to the possible thresholds of a classifier between two models. */
  readonly isPair: boolean;
  readonly name: string;
  readonly described: string;
  readonly thresholds: readonly number[];
  readonly classifier?: Pick<Classifier, "name" | "version"> | undefined;
  readonly tuning?: TuningFile | undefined;
  /** Reason why `tuning` does not apply to the subject. */
  readonly mismatch?: string | undefined;
  readonly trainedOn: number;
}

/** Subject of a threshold between two models, or of a tuning file. */
export async function modelsSubject(
  all: readonly OutcomeRecord[],
  { small, large, classifier, tuning, threshold, text, trainedOn }: PairReportOptions,
): Promise<Subject> {
  if (small === large) throw new InvalidOptionError("report.large", large, "another model than report.small");
  if (tuning !== undefined && threshold !== undefined)
    throw new InvalidOptionError(
      "report.threshold",
      threshold,
      "absent together with report.tuning, which has it",
    );
  checkTunedModels(tuning, small, large);
  const policy =
    tuning === undefined
      ? thresholdPolicy<string>({ small, large, at: threshold ?? 0.7 })
      : certifiedPolicy(tuning.policy);
  if (policy === undefined)
    throw new InvalidOptionError(
      "report.tuning",
      tuning?.policy.name,
      "of a policy that its parameters determine: report on a router that has it",
    );
  const models = tuning?.models ?? [small, large];
  const prepared = await replayCases(all, { models, classifier, text: tuning?.text ?? text });
  const { cut } = policy;
  return {
    prepared,
    policy,
    models,
    reference: large,
    isPair: models.length === 2,
    name: cut === undefined ? policy.name : classifier.name,
    described: `${classifier.name}, ${cut === undefined ? `policy ${policy.name}` : `threshold ${cut.at}`}`,
    thresholds: cut === undefined ? [] : [cut.at],
    classifier,
    tuning,
    mismatch: classifierMismatch(tuning, classifier),
    trainedOn: trainedOn === undefined ? 0 : all.filter((record) => wasTrainedOn(trainedOn, record)).length,
  };
}

function wasTrainedOn(
  trainedOn: NonNullable<PairReportOptions["trainedOn"]>,
  record: OutcomeRecord,
): boolean {
  const known: unknown = trainedOn(record);
  if (typeof known === "boolean") return known;
  dropPromises(known);
  throw new InvalidOptionError("trainedOn", trainedOn, "a function that returns true or false");
}

function classifierMismatch(
  tuning: TuningFile | undefined,
  { name, version }: Classifier,
): string | undefined {
  if (tuning === undefined) return undefined;
  const wanted = `${tuning.classifier.name}@${tuning.classifier.version}`;
  const given = `${name}@${version}`;
  return wanted === given ? undefined : `it is about the classifier ${wanted}, and this is ${given}`;
}

function checkTunedModels(tuning: TuningFile | undefined, small: string, large: string): void {
  if (tuning !== undefined && tuning.small !== small)
    throw new InvalidOptionError("report.small", small, `that of report.tuning, ${tuning.small}`);
  if (tuning !== undefined && tuning.large !== large)
    throw new InvalidOptionError("report.large", large, `that of report.tuning, ${tuning.large}`);
}

/**
 * Subject of a router: a threshold between two models if it is one and no constraint interferes, else its
 * policy as a whole.
 */
export async function routerSubject(
  all: readonly OutcomeRecord[],
  { router, text, now }: RouterReportOptions,
): Promise<Subject> {
  const { policy } = router;
  const { cut } = policy;
  // A router needs less of a tuning file than a report: an incomplete one is ignored.
  const tuning = (await tuningSchema()).safeParse(router.tuning).data;
  const shown = text ?? tuning?.text;
  const prepared = await routerCases(all, router, { text: shown });
  const first = prepared.cases[0]?.record;
  const decision = first && (await router.decide(requestOfRecord(first, shown)));
  const classifier = decision && namedVersion(decision.versions.classifier);
  const hasExpired = tuning !== undefined && Date.parse(tuning.expiresAt) <= now;
  const ids = Object.keys(router.models);
  const common = {
    prepared,
    policy,
    classifier,
    tuning,
    mismatch: hasExpired ? undefined : decision?.uncertified,
    trainedOn: tuning?.fitted === undefined ? 0 : all.filter(restsOn(tuning.fitted)).length,
  };
  const isFree = prepared.cases.every(({ context }) => context.candidates.length === 2);
  if (cut !== undefined && ids.length === 2 && isFree && classifier !== undefined)
    return {
      ...common,
      models: [cut.small, cut.large],
      reference: cut.large,
      isPair: true,
      name: classifier.name,
      described: `${classifier.name}, threshold ${cut.at}`,
      thresholds: [cut.at],
    };
  return {
    ...common,
    models: ids,
    reference: ids.find((id) => router.models[id]?.name === tuning?.large),
    isPair: false,
    name: policy.name,
    described: `policy ${policy.name}`,
    thresholds: cut === undefined ? [] : [cut.at],
  };
}

/** Parses `name@version`. */
function namedVersion(text: string): Subject["classifier"] {
  const at = text.lastIndexOf("@");
  return at < 0 ? undefined : { name: text.slice(0, at), version: text.slice(at + 1) };
}
