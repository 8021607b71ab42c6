import { threshold as thresholdPolicy } from "../../policies/threshold.ts";
import {
  type Classifier,
  checkKeys,
  checkNumber,
  InvalidOptionError,
  type Policy,
  type Router,
} from "../../src/contracts/index.ts";
import { packageVersion } from "../../src/version.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type ReplayCases, replayCases } from "../replay/replay-cases.ts";
import type { RecordText } from "../replay/request-of-record.ts";
import { routerCases } from "../replay/router-cases.ts";
import { recordKeysOf } from "../split/record-keys.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import { calibrationOf } from "./calibration.ts";
import { categoryRows } from "./category-rows.ts";
import { curvesOf } from "./curves.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { Report } from "./report.ts";
import { pairRows, routerRows } from "./report-rows.ts";
import { reportedCertificate } from "./reported-certificate.ts";
import { type Routing, routingOf } from "./routing.ts";
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
  const { requestsPerMonth, resamples = 1_000, seed = 1, confidence = 0.95 } = options;
  if (requestsPerMonth !== undefined) checkNumber("report.requestsPerMonth", requestsPerMonth, { min: 1 });
  const settings = { resamples, seed, confidence };
  return "router" in options ? routerReport(all, options, settings) : pairReport(all, options, settings);
}

async function pairReport(
  all: readonly OutcomeRecord[],
  options: PairReportOptions,
  settings: IntervalSettings,
): Promise<Report> {
  const { small, large, classifier, tuning, trainedOn, now } = options;
  if (small === large) throw new InvalidOptionError("report.large", large, "another model than report.small");
  if (tuning !== undefined && options.threshold !== undefined)
    throw new InvalidOptionError("report.threshold", options.threshold, "absent beside report.tuning, which says it");
  const at = options.threshold ?? tuning?.threshold ?? 0.7;
  checkNumber("report.threshold", at, { min: 0, max: 1 });
  const prepared = await replayCases(all, { models: [small, large], classifier, text: options.text });
  const policy = thresholdPolicy({ small, large, at });
  const routing = checked(prepared, policy, large);
  const certificate = tuning && reportedCertificate(tuning, classifier, all, now);
  const rows = await pairRows(routing, small, classifier.name, settings);
  const withLength = classifier.name !== "length";
  return {
    ...(await common(routing, prepared, all, options, settings, [at])),
    kind: "pair",
    policy: `${classifier.name}, threshold ${at}`,
    models: [small, large],
    verdict: verdictOf({ rows, reference: large, certificate }),
    warnings: warningsOf(routing, {
      rows,
      skipped: prepared.skipped,
      unclassified: prepared.unclassified,
      small,
      trainedOn: trainedOn === undefined ? 0 : all.filter(trainedOn).length,
    }),
    rows,
    curves: await curvesOf(routing, small, withLength, settings),
    certificate,
  };
}

async function routerReport(
  all: readonly OutcomeRecord[],
  options: RouterReportOptions,
  settings: IntervalSettings,
): Promise<Report> {
  const { router } = options;
  const prepared = await routerCases(all, router, { text: options.text });
  const routing = checked(prepared, router.policy, undefined);
  const rows = await routerRows(routing, router.policy.name, settings);
  const { skipped, unclassified } = prepared;
  const at = router.policy.parameters?.["at"];
  return {
    ...(await common(routing, prepared, all, options, settings, typeof at === "number" ? [at] : [])),
    kind: "router",
    policy: `policy ${router.policy.name}`,
    models: routing.models,
    verdict: verdictOf({ rows, reference: routing.reference, certificate: undefined }),
    warnings: warningsOf(routing, { rows, skipped, unclassified, trainedOn: 0 }),
    rows,
  };
}

function checked(prepared: ReplayCases<string>, policy: Policy<string>, reference: string | undefined): Routing {
  const { models, cases } = prepared;
  if (cases.length === 0)
    throw new InvalidOptionError("records", [], `records with outcomes of all of ${models.join(", ")}`);
  return routingOf(prepared, policy, reference);
}

/** What reports of both kinds have. */
async function common(
  routing: Routing,
  { skipped, unclassified }: ReplayCases<string>,
  all: readonly OutcomeRecord[],
  options: ReportOptions,
  settings: IntervalSettings,
  thresholds: readonly number[],
) {
  const { cases, units, reference } = routing;
  const { prompts = true, text, now, outcomes, command, requestsPerMonth } = options;
  return {
    formatVersion: 1 as const,
    reference,
    thresholds,
    confidence: settings.confidence,
    categories: await categoryRows(routing, settings),
    calibration: await calibrationOf(routing, settings),
    scores: scoreBins(routing),
    worst: worstRouted(routing, thresholds[0], prompts, text),
    saving: await savingPerMonth(routing, requestsPerMonth, settings),
    provenance: {
      createdAt: new Date(now).toISOString(),
      packageVersion,
      classifier: "classifier" in options ? `${options.classifier.name}@${options.classifier.version}` : undefined,
      outcomes,
      sha256: recordKeysOf(all, "check").sha256,
      read: all.length,
      records: cases.length,
      units: new Set(units).size,
      skipped,
      unclassified,
      resamples: settings.resamples,
      seed: settings.seed,
      command,
    },
  };
}
