import type { LabelAgreement } from "../evals/data/import/import-format.ts";
import type { Io } from "./io.ts";
import { toJson } from "./to-json.ts";

/** Result of an import or export. */
interface Transfer {
  readonly kind?: "outcomes" | "dataset" | undefined;
  readonly records: number;
  /** Models of an import, with the number of records that have an outcome of each. */
  readonly models?: Readonly<Record<string, number>> | readonly string[] | undefined;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly agreement?: LabelAgreement | undefined;
  readonly out: string;
}

/** Prints the result to stdout; what was left out, and the agreement of labels, to stderr. */
export function showTransfer(transfer: Transfer, json: boolean, { stdout, stderr }: Io): void {
  const { kind, records, models, leftOut, agreement, out } = transfer;
  for (const [reason, count] of Object.entries(leftOut)) stderr(`left out: ${count} ${reason}\n`);
  const counts = models === undefined || Array.isArray(models) ? [] : Object.entries(models);
  for (const [model, count] of counts)
    if (count < records) stderr(`${model} has an outcome on ${count} of ${records} records\n`);
  if (agreement !== undefined) stderr(agreementToText(agreement));
  const what = kind === "dataset" ? "records of a data set" : "records with outcomes";
  stdout(json ? `${toJson(transfer)}\n` : `${records} ${what}: ${out}\n`);
}

function agreementToText({ raters, recorded }: LabelAgreement): string {
  const { labels, answers, answersWithSeveral, alpha } = raters;
  const { meanDifference: difference } = recorded;
  const people = raters.raters === 0 ? "" : ` by ${raters.raters} people`;
  const among = alpha === undefined ? "" : `: Krippendorff's alpha ${alpha.toFixed(2)}`;
  const beside =
    difference === undefined
      ? ""
      : `; recorded quality is ${Math.abs(difference).toFixed(3)} ${difference < 0 ? "below" : "above"} theirs on average`;
  const agree = recorded.alpha === undefined ? "" : ` (alpha ${recorded.alpha.toFixed(2)})`;
  return `${labels} labels of ${answers} answers${people}; ${answersWithSeveral} have several${among}${beside}${agree}\n`;
}
