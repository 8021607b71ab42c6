import type { LoopStatus } from "../evals/monitor/loop/loop-status.ts";
import { capitalised } from "../src/plugin/capitalised.ts";
import {
  count,
  percent,
  percentDigits,
  points,
  score,
  usd,
  withInterval,
} from "../src/plugin/format-number.ts";
import { formatTable } from "./format-table.ts";

/** Formats the progress of a loop: the next step first, then what there is. */
export function loopToText(status: LoopStatus): string {
  const { next, warnings } = status;
  return [
    `${capitalised(next.text)}.`,
    ...(next.command === undefined ? [] : [`  ${next.command}`]),
    "",
    formatTable([["", "value"], ...rowsOf(status)]),
    ...(warnings.length > 0 ? [""] : []),
    ...warnings.map((warning) => `! ${warning}`),
    "",
  ].join("\n");
}

function rowsOf(status: LoopStatus): readonly (readonly string[])[] {
  const { records, lines, evidence, audit, live, decided, promise, drift, recordsPerDay } = status;
  const rows: (readonly string[])[] = [
    ["models", `${status.small ?? "?"} and ${status.large ?? "?"}`],
    ["records of both", `${count(records)} of ${count(lines)} lines`],
    ...Object.entries(decided).map(([because, number]) => [`  decided by ${because}`, count(number)]),
    ["records a day", recordsPerDay === undefined ? "not known" : count(recordsPerDay)],
    ["cost of the audit so far", usd(audit.costUsd)],
    ["scored by", audit.scorers.join(", ") || "not known"],
    [
      "loss of the policy, live",
      live === undefined ? "not known" : `${points(live.loss)} points, from ${count(live.records)} records`,
    ],
  ];
  if (evidence.kind === "enough") {
    const { saving, savedUsd, threshold } = evidence;
    rows.push(
      ["would save", saving === undefined ? "not known" : withInterval(saving, percent, percentDigits)],
      ["  in 1,000 requests", savedUsd === undefined ? "not known" : usd(savedUsd)],
      ["  at threshold", score(threshold)],
    );
  }
  if (promise !== undefined)
    rows.push(["promise", `${promise.state}, from ${count(promise.records)} records`]);
  if (drift !== undefined)
    rows.push([
      "drift",
      drift.alarms.length === 0 ? "none found" : drift.alarms.map(({ of }) => of).join(", "),
    ]);
  return rows;
}
