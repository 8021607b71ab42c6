import type { Estimate } from "../../src/loop/statistics/index.ts";
import { limit, percent, percentDigits, points, sureness } from "../../src/plugin/format-number.ts";
import type { Report, ReportedCertificate } from "./report.ts";

/** Summarises the report in one or two sentences. */
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
      ? "Not certified: it is not tuned."
      : "Not certified: the certificate does not hold here.";
  return `${[...parts, loses(ours.loss)].join("; ")}. ${why}`;
}

/** Describes the promise of a certificate, as a part of a sentence. */
export function promiseOf(
  { guarantee, maxLoss, confidence }: ReportedCertificate,
  reference: string,
): string {
  const sure = `with ${sureness(confidence)} confidence`;
  return guarantee === "mean"
    ? `loses at most ${limit(maxLoss)} points of quality ${sure}`
    : `answers at most ${limit(maxLoss)} % of requests worse than ${reference} ${sure}`;
}

function costs(saving: Estimate | undefined): string {
  if (saving === undefined) return "costs are not known";
  if (saving.value >= 0) return `costs ${moreOrLess(saving, "less")}`;
  return `costs ${moreOrLess(opposite(saving), "more")}`;
}

function loses(loss: Estimate | undefined): string {
  if (loss === undefined) return "its loss of quality is not known";
  const [verb, amount] = loss.value >= 0 ? ["lost", loss] : ["gained", opposite(loss)];
  return `${verb} ${points(amount.value)} points of quality${intervalOf(amount, points)} on these records`;
}

function moreOrLess(share: Estimate, word: string): string {
  return `${percent(share.value)} ${word}${intervalOf(share, percentDigits)}`;
}

function intervalOf({ low, high }: Estimate, show: (value: number) => string): string {
  return low === undefined || high === undefined ? "" : ` [${show(low)}, ${show(high)}]`;
}

/** Turns a loss into a gain, and the other way round. */
export function opposite({ value, low, high }: Estimate): Estimate {
  return {
    value: -value,
    low: high === undefined ? undefined : -high,
    high: low === undefined ? undefined : -low,
  };
}
