import {
  type Classifier,
  InvalidOptionError,
  type Price,
  type Router,
} from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import { lookUpName } from "../../../src/router/cost/inner.ts";
import { type OutcomeRecord, outcomeOf } from "../../data/outcomes/outcome-record.ts";
import { checkDisjoint, type RecordKeys, restsOn } from "../../data/split/record-keys.ts";
import { unitsOf } from "../../data/split/units.ts";
import type { ReplayCase, ReplayCases } from "../../replay/replay-cases.ts";
import { type RecordedQualities, recordedQualities, roundedQuality } from "../../tune/baseline.ts";
import type { TuningFile } from "../../tune/tuning-file.ts";
import { classifierVersion } from "./classifier-version.ts";
import { type ConfiguredRouter, configuredRouter } from "./configured-router.ts";
import { expiry } from "./expiry.ts";
import { freshCases } from "./fresh-cases.ts";
import type { CheckResult, GateCheck, GateContext } from "./gate-check.ts";
import { gatherChanges } from "./gather-changes.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { models } from "./models.ts";
import { policyParameters } from "./policy-parameters.ts";
import { prices } from "./prices.ts";
import { promise } from "./promise.ts";
import { recertification } from "./recertification.ts";
import { recordedChanges } from "./recorded-changes.ts";
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

export const checkCertificateOptions: OptionTable<CheckCertificateOptions, "classifier" | "router" | "now"> =
  {
    file: { is: "text", default: "tuning file" },
    classifier: { is: "object", methods: ["classify"], optional: true },
    router: { is: "object", methods: ["decide"], optional: true },
    strict: { is: "boolean", default: false },
    now: { is: "number", optional: true },
  };

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
  /** Records that were tuned on, and are compared with their outcomes of then. */
  readonly paired: number;
  /** Records that were tuned on, and of which the tuning file holds no outcomes. */
  readonly known: number;
  /** Records that lack an outcome of one of the models, or for which the router has no choice. */
  readonly skipped: number;
  readonly unclassified: number;
  /** Independent units among the records. */
  readonly units: number;
  readonly checks: readonly CheckResult[];
}

const gate: readonly GateCheck[] = [
  promise,
  ...recordedChanges,
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
 * classifier. Each check covers one of its assumptions. New outcomes of records that were tuned on, found by
 * their id and prompt, are compared with those of then and used for nothing else. Throws `InvalidOptionError`
 * if other records were used in the tuning or trained the classifier, or if none has an outcome of each
 * model.
 */
export async function checkCertificate(
  tuning: TuningFile,
  outcomes: readonly OutcomeRecord[],
  options: CheckCertificateOptions,
): Promise<GateReport> {
  const given = readOptions("checkCertificate", checkCertificateOptions, options);
  const { file, strict, now = Date.now(), classifier } = given;
  const parts = partsOf(tuning, outcomes, file);
  const router = given.router && configuredRouter(given.router);
  const context = await contextOf(tuning, parts, { classifier, router, now });
  const checks: CheckResult[] = [];
  for (const check of gate) {
    const result = await check(context);
    if (result !== undefined) checks.push(result);
  }
  const { cases } = context.fresh;
  const { skipped, unclassified } = context.all;
  return {
    passed: checks.every(({ verdict }) => verdict === "passed" || (!strict && verdict === "not-judged")),
    strict,
    file,
    version: tuning.version,
    at: new Date(now).toISOString(),
    records: cases.length,
    paired: context.same.cases.cases.length,
    known: outcomes.length - parts.records.length,
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

interface Parts {
  readonly records: readonly OutcomeRecord[];
  /** Qualities that the tuning file holds of a record. */
  readonly recorded: ReadonlyMap<OutcomeRecord, RecordedQualities>;
}

/** Finds the records that were tuned on by id and prompt, and refuses or leaves out other known ones. */
function partsOf(tuning: TuningFile, outcomes: readonly OutcomeRecord[], file: string): Parts {
  const recorded = new Map<OutcomeRecord, RecordedQualities>();
  const wasTunedOn = restsOn(tuning.data);
  const qualitiesOf = tuning.baseline && recordedQualities(tuning.baseline);
  for (const record of outcomes) {
    const qualities = qualitiesOf?.(record.id);
    if (qualities !== undefined && wasTunedOn(record)) recorded.set(record, qualities);
  }
  // A file holds up to 12,000 records: of more, the others cannot be compared.
  const records =
    recorded.size === 0 ? outcomes : outcomes.filter((one) => recorded.has(one) || !wasTunedOn(one));
  const others = records.filter((one) => !recorded.has(one));
  for (const one of knownTo(tuning, file)) checkDisjoint(others, "check", one);
  return { records, recorded };
}

/** Fewest records of which chance does not repeat all outcomes. */
const fewestRepeated = 20;

/** True if all outcomes are those of the tuning: they are not new, and would pass any comparison. */
function isUnchanged(recorded: ReadonlyMap<OutcomeRecord, RecordedQualities>): boolean {
  if (recorded.size < fewestRepeated) return false;
  for (const [record, qualities] of recorded)
    for (const [model, quality] of qualities) {
      const now = outcomeOf(record, model)?.quality;
      if (now === undefined || roundedQuality(now) !== quality) return false;
    }
  return true;
}

async function contextOf(
  tuning: TuningFile,
  { records, recorded }: Parts,
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
  const { cases: all, classifier } = await freshCases(records, tuning, scorer);
  const isSame = ({ record }: ReplayCase<string>): boolean => recorded.has(record);
  const unitsIn = ({ cases }: ReplayCases<string>) =>
    unitsOf(
      cases.map(({ record }) => record),
      tuning.certificate.groupBy,
    );
  const fresh = { ...all, cases: all.cases.filter((one) => !isSame(one)) };
  const again = { ...all, cases: all.cases.filter(isSame) };
  const same = {
    cases: again,
    units: unitsIn(again),
    recorded: again.cases.map(({ record }) => recorded.get(record) as RecordedQualities),
    isUnchanged: isUnchanged(recorded),
  };
  const lacking = records.map((record) =>
    tuning.models.some((model) => outcomeOf(record, model) === undefined),
  );
  const priced = { priceOf: priceOf(router), classifier, router, now, lacking };
  const context = { tuning, fresh, units: unitsIn(fresh), same, all, ...priced };
  const evidence = await gatherEvidence(context);
  return { ...context, evidence, changes: await gatherChanges(context) };
}

/** Returns current prices by name: of the router's models if there is a router, else of the catalogue. */
function priceOf(router: ConfiguredRouter | undefined): (name: string) => Price | undefined {
  if (router !== undefined) return (name) => router.models.get(name)?.price;
  return (name) => lookUpName(name)?.price;
}
