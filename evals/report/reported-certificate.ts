import type { Guarantee } from "../../src/loop/statistics/index.ts";
import { limit, percent, points, sureness } from "../../src/plugin/format-number.ts";
import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";
import { restsOn } from "../data/split/record-keys.ts";
import type { LossEvidence } from "../monitor/gate/loss-evidence.ts";
import type { CategoryTuning, TuningFile } from "../tune/tuning-file.ts";
import type { ReportedCertificate } from "./report.ts";

/**
 * Summarises the promise of a tuning file, with the reasons why it does not hold: `mismatch`, why it does not
 * apply to the subject; its expiry; and a loss on these records that is surely above the promised one, by the
 * test of `eval check`. `evidence` is that of the records for each of its certificates.
 */
export function reportedCertificate(
  file: TuningFile,
  mismatch: string | undefined,
  records: readonly OutcomeRecord[],
  now: number,
  evidence: readonly LossEvidence[],
): ReportedCertificate {
  const { certificate, version, createdAt, expiresAt, judge } = file;
  const { concerns = [] } = certificate;
  const problems: string[] = [];
  if (mismatch !== undefined) problems.push(mismatch);
  if (Date.parse(expiresAt) <= now) problems.push(`it expired on ${expiresAt.slice(0, 10)}`);
  const { guarantee, maxLoss, confidence, upperBound, pValue, saving, units } = certificate;
  for (const one of evidence) if (one.pKept <= one.level) problems.push(broken(one, guarantee));
  return {
    version,
    createdAt,
    expiresAt,
    guarantee,
    records: certificate.records,
    units,
    counted:
      certificate.largestUnit > 1
        ? { fields: certificate.groupBy, most: certificate.unitCap ?? certificate.largestUnit }
        : undefined,
    threshold: file.kind === "threshold" ? certificate.threshold : undefined,
    maxLoss,
    confidence,
    loss: certificate.loss,
    upperBound,
    pValue,
    saving,
    judge,
    categories: file.categories?.map(categoryOf),
    concerns,
    notes: certificate.notes.filter((note) => !concerns.includes(note)),
    problems,
    tunedOn: records.filter(restsOn(file.data)).length,
  };
}

function broken(
  { category, loss, lowerBound = loss, level, maxLoss }: LossEvidence,
  guarantee: Guarantee,
): string {
  const where = category === undefined ? "on these records" : `on the records of category ${category}`;
  const sure = `with ${sureness(1 - level)} confidence`;
  return guarantee === "mean"
    ? `${where} it lost ${points(loss)} points of quality, and ${sure} at least ${points(lowerBound)}: more than the ${limit(maxLoss)} promised`
    : `${where} it answered ${percent(loss)} of requests worse, and ${sure} at least ${percent(lowerBound)}: more than the ${limit(maxLoss)} % promised`;
}

function categoryOf(one: CategoryTuning): NonNullable<ReportedCertificate["categories"]>[number] {
  const { category, threshold } = one;
  return one.problem === undefined
    ? { category, threshold, records: one.certificate.records, upperBound: one.certificate.upperBound }
    : { category, threshold, records: one.records, problem: one.problem };
}
