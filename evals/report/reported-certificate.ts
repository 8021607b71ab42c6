import type { Estimate } from "../metrics/bootstrap.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { restsOn } from "../split/record-keys.ts";
import type { CategoryTuning, TuningFile } from "../tune/tuning-file.ts";
import { points, roundPoints, withInterval } from "./format-number.ts";
import type { ReportedCertificate } from "./report.ts";

/**
 * What a tuning file promises, with the reasons why it does not hold: `mismatch`, why it is not about what is
 * reported; its expiry; and a loss measured afresh.
 */
export function reportedCertificate(
  file: TuningFile,
  mismatch: string | undefined,
  records: readonly OutcomeRecord[],
  now: number,
  loss: Estimate | undefined,
): ReportedCertificate {
  const { certificate, version, createdAt, expiresAt, judge } = file;
  const problems: string[] = [];
  if (mismatch !== undefined) problems.push(mismatch);
  if (Date.parse(expiresAt) <= now) problems.push(`it expired on ${expiresAt.slice(0, 10)}`);
  const { guarantee, maxLoss, confidence, upperBound, pValue, saving, units } = certificate;
  if (guarantee === "mean" && loss?.low !== undefined && loss.low > maxLoss)
    problems.push(
      `on these records it lost ${withInterval(loss, points)} points of quality, more than the ${roundPoints(maxLoss)} promised`,
    );
  return {
    version,
    createdAt,
    expiresAt,
    guarantee,
    records: certificate.records,
    units,
    threshold: file.kind === "threshold" ? certificate.threshold : undefined,
    maxLoss,
    confidence,
    loss: certificate.loss,
    upperBound,
    pValue,
    saving,
    judge,
    categories: file.categories?.map(categoryOf),
    notes: certificate.notes,
    problems,
    tunedOn: records.filter(restsOn(file.data)).length,
  };
}

function categoryOf(one: CategoryTuning): NonNullable<ReportedCertificate["categories"]>[number] {
  const { category, threshold } = one;
  return one.problem === undefined
    ? { category, threshold, records: one.certificate.records, upperBound: one.certificate.upperBound }
    : { category, threshold, records: one.records, problem: one.problem };
}
