import { threshold as thresholdPolicy } from "../../policies/index.ts";
import {
  type Classifier,
  checkNumber,
  InvalidOptionError,
  type Policy,
  type Router,
} from "../../src/contracts/index.ts";
import { packageVersion } from "../../src/version.ts";
import { certifiedPolicy } from "../gate/certified-policy.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import { type RecordText, requestOfRecord } from "../replay/request-of-record.ts";
import { routerCases } from "../replay/router-cases.ts";
import { recordKeysOf, restsOn } from "../split/record-keys.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import { tuningSchema } from "../tune/tuning-schema.ts";
import { calibrationOf } from "./calibration.ts";
import { categoryRows } from "./category-rows.ts";
import { curvesOf } from "./curves.ts";
import type { Report } from "./report.ts";
import { pairRows, routerRows } from "./report-rows.ts";
import { reportedCertificate } from "./reported-certificate.ts";
import { routingOf } from "./routing.ts";
import { savingPerMonth } from "./saving.ts";
import { scoreBins } from "./score-bins.ts";
import { verdictOf } from "./verdict.ts";
import { warningsOf } from "./warnings.ts";
import { worstRouted } from "./worst-routed.ts";

interface CommonOptions {
  /** What is shown to the classifier. Default `prompt`. */
  readonly text?: RecordText | undefined;
  /** Whether the worst routed records are shown with their text. Default true. */
  readonly prompts?: boolean | undefined;
  /** For the saving a month. Default: it is given for 1,000 requests. */
  readonly requestsPerMonth?: number | undefined;
  /** Bootstrap resamples. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Of the resamples: a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Name of the outcome file and the command line, for the footer. */
  readonly outcomes?: string | undefined;
  readonly command?: string | undefined;
}

export interface PairReportOptions extends CommonOptions {
  /** Names of the two models in the outcomes. */
  readonly small: string;
  readonly large: string;
  readonly classifier: Classifier;
  /** In [0, 1]. Default: that of `tuning`, else 0.7, as in an untuned router. */
  readonly threshold?: number | undefined;
  readonly tuning?: TuningFile | undefined;
  /** Whether the classifier remembers a record from its training. */
  readonly trainedOn?: ((record: OutcomeRecord) => boolean) | undefined;
}

export interface RouterReportOptions extends CommonOptions {
  /** Where it carries a tuning file, the report has its certificate. */
  readonly router: Router;
}

export type ReportOptions = PairReportOptions | RouterReportOptions;

/**
 * All that a report shows, from recorded outcomes; no model is called. Throws `InvalidOptionError` when
 * no record has an outcome of every model, and what replaying throws.
 */
export async function reportData(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReportOptions,
): Promise<Report> {
  const all: OutcomeRecord[] = [];
  for await (const record of records) all.push(record);
  const { requestsPerMonth, resamples = 1_000, seed = 1, confidence = 0.95, prompts = true, now } = options;
  if (requestsPerMonth !== undefined) checkNumber("report.requestsPerMonth", requestsPerMonth, { min: 1 });
  const settings = { resamples, seed, confidence };
  const subject = "router" in options ? await routerSubject(all, options) : await modelsSubject(all, options);
  const { prepared, policy, models, name, classifier, tuning, thresholds, trainedOn } = subject;
  const { skipped, unclassified, cases } = prepared;
  if (cases.length === 0)
    throw new InvalidOptionError("records", [], `records with outcomes of all of ${models.join(", ")}`);
  const routing = routingOf(prepared, policy, subject.reference);
  const { reference, units } = routing;
  const small = subject.isPair ? models.find((id) => id !== reference) : undefined;
  const rows =
    small === undefined
      ? await routerRows(routing, name, settings)
      : await pairRows(routing, small, name, settings);
  const certificate = tuning && reportedCertificate(tuning, subject.mismatch, all, now, rows[0]?.loss);
  return {
    formatVersion: 1,
    kind: small === undefined ? "router" : "pair",
    policy: subject.described,
    models,
    reference,
    thresholds,
    confidence,
    verdict: verdictOf({ rows, reference, certificate }),
    warnings: warningsOf(routing, { rows, skipped, unclassified, small, trainedOn }),
    rows,
    curves:
      small === undefined ? undefined : await curvesOf(routing, small, classifier?.name ?? name, settings),
    categories: await categoryRows(routing, settings),
    calibration: await calibrationOf(routing, settings),
    scores: scoreBins(routing),
    certificate,
    worst: worstRouted(routing, thresholds[0], prompts),
    saving: await savingPerMonth(routing, requestsPerMonth, settings),
    provenance: {
      createdAt: new Date(now).toISOString(),
      packageVersion,
      classifier: classifier && `${classifier.name}@${classifier.version}`,
      outcomes: options.outcomes,
      sha256: recordKeysOf(all, "check").sha256,
      read: all.length,
      records: cases.length,
      units: new Set(units).size,
      skipped,
      unclassified,
      resamples,
      seed,
      command: options.command,
    },
  };
}

/** What is reported on. */
interface Subject {
  readonly prepared: ReplayCases<string>;
  readonly policy: Policy<string>;
  readonly models: readonly string[];
  /** Default: the model that is best alone. */
  readonly reference?: string | undefined;
  /** Whether it is compared with what a classifier's threshold between two models could do. */
  readonly isPair: boolean;
  readonly name: string;
  readonly described: string;
  readonly thresholds: readonly number[];
  readonly classifier?: Classifier | undefined;
  readonly tuning?: TuningFile | undefined;
  /** Why `tuning` is not about this. */
  readonly mismatch?: string | undefined;
  readonly trainedOn: number;
}

/** A threshold between two models, or what a tuning file says. */
async function modelsSubject(
  all: readonly OutcomeRecord[],
  { small, large, classifier, tuning, threshold, text, trainedOn }: PairReportOptions,
): Promise<Subject> {
  if (small === large) throw new InvalidOptionError("report.large", large, "another model than report.small");
  if (tuning !== undefined && threshold !== undefined)
    throw new InvalidOptionError("report.threshold", threshold, "absent beside report.tuning, which says it");
  checkTunedModels(tuning, small, large);
  const at = threshold ?? 0.7;
  const { name, parameters } = tuning?.policy ?? thresholdPolicy({ small, large, at });
  const policy = certifiedPolicy({ name, parameters });
  if (policy === undefined)
    throw new InvalidOptionError(
      "report.tuning",
      name,
      "of a policy that its parameters determine: report on a router that has it",
    );
  const models = tuning?.models ?? [small, large];
  const prepared = await replayCases(all, { models, classifier, text: tuning?.text ?? text });
  const tuned = parameters?.["at"];
  const isThreshold = name === "threshold" && typeof tuned === "number";
  const words = isThreshold ? `threshold ${tuned}` : `policy ${name}`;
  return {
    prepared,
    policy,
    models,
    reference: large,
    isPair: models.length === 2,
    name: isThreshold ? classifier.name : name,
    described: `${classifier.name}, ${words}`,
    thresholds: isThreshold ? [tuned] : [],
    classifier,
    tuning,
    mismatch: classifierMismatch(tuning, classifier),
    trainedOn: trainedOn === undefined ? 0 : all.filter(trainedOn).length,
  };
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

async function routerSubject(
  all: readonly OutcomeRecord[],
  { router, text, now }: RouterReportOptions,
): Promise<Subject> {
  const { policy } = router;
  const at = policy.parameters?.["at"];
  // A router needs less of a tuning file than a report: what is not whole says nothing.
  const tuning = (await tuningSchema()).safeParse(router.tuning).data;
  const prepared = await routerCases(all, router, { text: text ?? tuning?.text });
  const first = prepared.cases[0]?.record;
  const decision = first && (await router.decide(requestOfRecord(first, text ?? tuning?.text)));
  const hasExpired = tuning !== undefined && Date.parse(tuning.expiresAt) <= now;
  const models = Object.keys(router.models);
  return {
    prepared,
    policy,
    models,
    reference: models.find((id) => router.models[id]?.name === tuning?.large),
    tuning,
    mismatch: hasExpired ? undefined : decision?.uncertified,
    isPair: false,
    name: policy.name,
    described: `policy ${policy.name}`,
    thresholds: policy.name === "threshold" && typeof at === "number" ? [at] : [],
    trainedOn: tuning?.fitted === undefined ? 0 : all.filter(restsOn(tuning.fitted)).length,
  };
}
