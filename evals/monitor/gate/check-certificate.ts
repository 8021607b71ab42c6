import {
  type Classifier,
  InvalidOptionError,
  type Price,
  type Router,
} from "../../../src/contracts/index.ts";
import { lookUpModel } from "../../../src/cost/catalogue.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { checkDisjoint, type RecordKeys } from "../../data/split/record-keys.ts";
import { unitsOf } from "../../data/split/units.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import { classifierVersion } from "./classifier-version.ts";
import { type ConfiguredRouter, configuredRouter } from "./configured-router.ts";
import { expiry } from "./expiry.ts";
import { freshCases } from "./fresh-cases.ts";
import type { CheckResult, GateCheck, GateContext } from "./gate-check.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { models } from "./models.ts";
import { policyParameters } from "./policy-parameters.ts";
import { prices } from "./prices.ts";
import { promise } from "./promise.ts";
import { recertification } from "./recertification.ts";
import { scoreDistribution } from "./score-distribution.ts";
import { unitSize } from "./unit-size.ts";

export interface CheckCertificateOptions {
  /** Name of the tuning file in errors and reports. Default `tuning file`. */
  readonly file?: string | undefined;
  /** Classifier that scores the fresh records. Give it or `router`. */
  readonly classifier?: Classifier | undefined;
  /** Router to be deployed: it scores the records, and its models, prices and policy are checked too. */
  readonly router?: Router | undefined;
  /** True to fail also if a check cannot be judged. Default false. */
  readonly strict?: boolean | undefined;
  /** Time of the check, in milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/** Result of the gate. Plain JSON. */
export interface GateReport {
  /** True if no check failed and, in a strict gate, each has passed. */
  readonly passed: boolean;
  readonly strict: boolean;
  readonly file: string;
  /** Version of the tuning file. */
  readonly version: string;
  /** Time in ISO 8601. */
  readonly at: string;
  /** Fresh records that were used. */
  readonly records: number;
  /** Records that lack an outcome of one of the models, or for which the router has no choice. */
  readonly skipped: number;
  readonly unclassified: number;
  /** Independent units among the records. */
  readonly units: number;
  readonly checks: readonly CheckResult[];
}

const gate: readonly GateCheck[] = [
  promise,
  recertification,
  unitSize,
  expiry,
  classifierVersion,
  models,
  policyParameters,
  prices,
  scoreDistribution,
];

/**
 * Checks if a certificate can still be relied on, by outcomes that neither tuned it nor trained its
 * classifier. Each check covers one of its assumptions. Throws `InvalidOptionError` if records were used in
 * the tuning or trained the classifier, or none has an outcome of each model.
 */
export async function checkCertificate(
  tuning: TuningFile,
  outcomes: readonly OutcomeRecord[],
  options: CheckCertificateOptions,
): Promise<GateReport> {
  const { file = "tuning file", strict = false, now = Date.now(), classifier } = options;
  for (const one of knownTo(tuning, file)) checkDisjoint(outcomes, "check", one);
  const router = options.router && configuredRouter(options.router);
  const context = await contextOf(tuning, outcomes, { classifier, router, now });
  const checks: CheckResult[] = [];
  for (const check of gate) {
    const result = await check(context);
    if (result !== undefined) checks.push(result);
  }
  const { cases, skipped, unclassified } = context.fresh;
  return {
    passed: checks.every(({ verdict }) => verdict === "passed" || (!strict && verdict === "not-judged")),
    strict,
    file,
    version: tuning.version,
    at: new Date(now).toISOString(),
    records: cases.length,
    skipped,
    unclassified,
    units: new Set(context.units).size,
    checks,
  };
}

/**
 * Returns the keys of the records that a certificate is based on: those that tuned it, and those that trained
 * its classifier.
 */
export function knownTo(
  { data, fitted, classifier }: TuningFile,
  file: string,
): readonly { readonly path: string; readonly keys: RecordKeys }[] {
  const ofTuning = { path: file, keys: data };
  return fitted === undefined
    ? [ofTuning]
    : [ofTuning, { path: `${classifier.name}@${classifier.version}`, keys: fitted }];
}

async function contextOf(
  tuning: TuningFile,
  outcomes: readonly OutcomeRecord[],
  by: { classifier: Classifier | undefined; router: ConfiguredRouter | undefined; now: number },
): Promise<GateContext> {
  const { router, now } = by;
  if (router === undefined && by.classifier === undefined)
    throw new InvalidOptionError(
      "checkCertificate.classifier",
      undefined,
      "given, or checkCertificate.router",
    );
  const scorer = router === undefined ? { classifier: by.classifier as Classifier } : { router };
  const { cases: fresh, classifier } = await freshCases(outcomes, tuning, scorer);
  const records = fresh.cases.map(({ record }) => record);
  const units = unitsOf(records, tuning.certificate.groupBy);
  const context = { tuning, now, fresh, units, classifier, router, priceOf: priceOf(router) };
  return { ...context, evidence: await gatherEvidence(context) };
}

/** Returns current prices by name: of the router's models if there is a router, else of the catalogue. */
function priceOf(router: ConfiguredRouter | undefined): (name: string) => Price | undefined {
  if (router !== undefined) return (name) => router.models.get(name)?.price;
  return (name) => {
    const colon = name.indexOf(":");
    return colon < 0 ? undefined : lookUpModel(name.slice(0, colon), name.slice(colon + 1))?.price;
  };
}
