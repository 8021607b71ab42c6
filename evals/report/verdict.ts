import type { Estimate } from "../metrics/bootstrap.ts";
import { percent, percentWithInterval, points, withInterval } from "./format-number.ts";
import type { Report, ReportedCertificate } from "./report.ts";

/** The report in one sentence or two. */
export function verdictOf({
  rows,
  reference,
  certificate,
}: Pick<Report, "rows" | "reference" | "certificate">): string {
  const ours = rows[0];
  if (ours === undefined) return "";
  const sends = `Sends ${percent(ours.largeCallRate?.value ?? 0)} of requests to ${reference}`;
  const parts = [sends, costs(ours.saving)];
  if (certificate !== undefined && certificate.problems.length === 0) {
    return `${[...parts, promiseOf(certificate, reference)].join("; ")}.`;
  }
  const why =
    certificate === undefined
      ? "No certificate: this threshold is not tuned."
      : "The certificate does not hold here.";
  return `${[...parts, loses(ours.loss)].join("; ")}. ${why}`;
}

/** What a certificate says, as a part of a sentence. */
export function promiseOf(
  { guarantee, maxLoss, confidence }: ReportedCertificate,
  reference: string,
): string {
  const sure = `with ${percent(confidence)} confidence`;
  return guarantee === "mean"
    ? `loses at most ${points(maxLoss)} points of quality ${sure}`
    : `answers at most ${percent(maxLoss)} of requests worse than ${reference} ${sure}`;
}

function costs(saving: Estimate | undefined): string {
  if (saving === undefined) return "costs are not known";
  if (saving.value >= 0) return `costs ${percentWithInterval(saving)} less`;
  const { value, low, high } = saving;
  return `costs ${percentWithInterval({ value: -value, low: high && -high, high: low && -low })} more`;
}

function loses(loss: Estimate | undefined): string {
  if (loss === undefined) return "its loss of quality is not known";
  if (loss.value >= 0) return `lost ${withInterval(loss, points)} points of quality on these records`;
  const { value, low, high } = loss;
  const gain = { value: -value, low: high && -high, high: low && -low };
  return `gained ${withInterval(gain, points)} points of quality on these records`;
}
