import type { Classifier } from "../../src/contracts/index.ts";
import type { OutcomeRecord } from "../outcomes/outcome-record.ts";
import { restsOn } from "../split/record-keys.ts";
import type { TuningFile } from "../tune/tuning-file.ts";
import type { ReportedCertificate } from "./report.ts";

/** What a tuning file promises, with the reasons why it might not hold for a classifier at a time. */
export function reportedCertificate(
  file: TuningFile,
  classifier: Classifier,
  records: readonly OutcomeRecord[],
  now: number,
): ReportedCertificate {
  const { certificate, version, createdAt, expiresAt, judge } = file;
  const problems: string[] = [];
  const wanted = `${file.classifier.name}@${file.classifier.version}`;
  const given = `${classifier.name}@${classifier.version}`;
  if (wanted !== given) problems.push(`it is about the classifier ${wanted}, and this is ${given}`);
  if (Date.parse(expiresAt) <= now) problems.push(`it has expired on ${expiresAt.slice(0, 10)}`);
  const { guarantee, maxLoss, confidence, loss, upperBound, pValue, saving, units } = certificate;
  return {
    version,
    createdAt,
    expiresAt,
    guarantee,
    records: certificate.records,
    units,
    threshold: certificate.threshold,
    maxLoss,
    confidence,
    loss,
    upperBound,
    pValue,
    saving,
    judge,
    notes: certificate.notes,
    problems,
    tunedOn: records.filter(restsOn(file.data)).length,
  };
}
