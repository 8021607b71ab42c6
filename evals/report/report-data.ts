import { InvalidOptionError } from "../../src/contracts/index.ts";
import { readOptions } from "../../src/plugin/index.ts";
import { packageVersion } from "../../src/version.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { recordKeysOf } from "../data/split/record-keys.ts";
import { unitsOf } from "../data/split/units.ts";
import { evidenceOf } from "../monitor/gate/gather-evidence.ts";
import type { LossEvidence } from "../monitor/gate/loss-evidence.ts";
import { isBinary } from "../replay/compare/pair-outcomes.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import { calibrationOf } from "./calibration.ts";
import { categoryRows } from "./category-rows.ts";
import { curvesOf } from "./curves.ts";
import { monthOf } from "./month.ts";
import { recommendationOf } from "./recommendation.ts";
import type { Report } from "./report.ts";
import {
  pairReportOptions,
  type ReportOptions,
  type RouterReportOptions,
  routerReportOptions,
} from "./report-options.ts";
import { outcomesOf, pairRows, routerRows } from "./report-rows.ts";
import { modelsSubject, routerSubject } from "./report-subject.ts";
import { reportedCertificate } from "./reported-certificate.ts";
import { type Routing, routingOf } from "./routing.ts";
import { scoreBins } from "./score-bins.ts";
import { verdictOf } from "./verdict.ts";
import { volumeOf } from "./volume.ts";
import { warningsOf } from "./warnings.ts";
import { worstRouted } from "./worst-routed.ts";

/**
 * Computes everything that a report shows from recorded outcomes; no model is called. Throws
 * `InvalidOptionError` if no record has an outcome of every model, and what replaying throws.
 */
export async function reportData(
  records: Iterable<OutcomeRecord> | AsyncIterable<OutcomeRecord>,
  options: ReportOptions,
): Promise<Report> {
  const given = isOfRouter(options)
    ? readOptions("report", routerReportOptions, options)
    : readOptions("report", pairReportOptions, options);
  const all: OutcomeRecord[] = [];
  for await (const record of records) all.push(record);
  const { requestsPerMonth, resamples, seed, confidence, prompts, now } = given;
  const settings = { resamples, seed, confidence };
  const subject = "router" in given ? await routerSubject(all, given) : await modelsSubject(all, given);
  const { prepared, policy, models, name, classifier, tuning, thresholds, trainedOn } = subject;
  const { skipped, unclassified, cases } = prepared;
  if (cases.length === 0)
    throw new InvalidOptionError("records", [], `records with outcomes of all of ${models.join(", ")}`);
  const routing = routingOf(prepared, policy, subject.reference);
  const { reference } = routing;
  const small = subject.isPair ? models.find((id) => id !== reference) : undefined;
  const rows =
    small === undefined
      ? await routerRows(routing, name, settings)
      : await pairRows(routing, small, name, settings);
  const { today = reference } = given;
  if (!models.includes(today))
    throw new InvalidOptionError("report.today", today, `a model of this report: ${models.join(", ")}`);
  const derived = requestsPerMonth === undefined && !given.isSample ? volumeOf(all, now) : undefined;
  const volume = { requests: requestsPerMonth ?? derived?.requests, derived };
  const { saving, alternatives } = await monthOf(routing, volume, settings);
  const certificate =
    tuning && reportedCertificate(tuning, subject.mismatch, all, now, await promised(tuning, routing));
  const tunedOn = certificate?.tunedOn ?? 0;
  const units = new Set(routing.units).size;
  const subjectOf = { rows, reference, certificate, alternatives, saving, today };
  return {
    formatVersion: 1,
    kind: small === undefined ? "router" : "pair",
    policy: subject.described,
    models,
    reference,
    thresholds,
    confidence,
    today,
    verdict: verdictOf({ rows, reference, certificate }),
    recommendation: recommendationOf({
      ...subjectOf,
      units,
      known: Math.max(trainedOn, tunedOn) / all.length,
    }),
    judge: given.judge ?? tuning?.judge,
    rightOrWrong: [...routing.alone.values()].every(({ quality }) => isBinary(quality)),
    warnings: warningsOf(routing, {
      rows,
      skipped,
      unclassified,
      small,
      trainedOn,
      tunedOn,
    }),
    rows,
    curves:
      small === undefined ? undefined : await curvesOf(routing, small, classifier?.name ?? name, settings),
    categories: await categoryRows(routing, settings),
    calibration: await calibrationOf(routing, settings),
    scores: scoreBins(routing),
    certificate,
    worst: worstRouted(routing, thresholds[0], prompts),
    alternatives,
    saving,
    uncosted: uncostedOf(routing),
    provenance: {
      createdAt: new Date(now).toISOString(),
      packageVersion,
      classifier: classifier && `${classifier.name}@${classifier.version}`,
      outcomes: given.outcomes,
      sha256: recordKeysOf(all, "check").sha256,
      read: all.length,
      records: cases.length,
      units,
      skipped,
      unclassified,
      resamples,
      seed,
      command: given.command,
    },
  };
}

function isOfRouter(options: ReportOptions): options is RouterReportOptions {
  return "router" in Object(options);
}

function uncostedOf({ cases, models }: Routing): Report["uncosted"] {
  return models
    .map((model) => ({
      model,
      records: cases.filter(({ outcomes }) => outcomes.get(model)?.costUsd === undefined).length,
    }))
    .filter(({ records }) => records > 0);
}

/** Computes the evidence of the records for each certificate. */
function promised(
  tuning: TuningFile,
  { cases, alone, reference, routed }: Routing,
): Promise<readonly LossEvidence[]> {
  const { groupBy } = tuning.certificate;
  const units = unitsOf(
    cases.map(({ record }) => record),
    groupBy,
  );
  return evidenceOf(tuning, {
    cases,
    units,
    large: outcomesOf(alone, reference).quality,
    routed: routed.quality,
  });
}
