import { shellWord } from "../../../src/plugin/shell-word.ts";
import type { LoopStatus } from "./loop-status.ts";

/** Returns what to do next, in words and as a command. The most urgent comes first. */
export function nextStep(status: Omit<LoopStatus, "next">): LoopStatus["next"] {
  const { evidence, promise, drift, records, recordsPerDay, daysLeft, audit, maxLoss } = status;
  const tune = tuneCommand(status);
  if (promise?.state === "broken")
    return {
      text: "the promise is broken: send everything to the large model, find what changed, and tune on newer records",
      command: tune,
    };
  const alarm = drift?.alarms[0];
  if (alarm !== undefined)
    return { text: `traffic has moved: ${alarm.reason}; tune on records since then`, command: tune };
  const of = `${count(records)} of about`;
  switch (evidence.kind) {
    case "enough":
      return evidence.largeCallRate > 0.999
        ? {
            text: `the records certify nothing cheaper than the large model at a loss of ${points(maxLoss)} points`,
          }
        : { text: `${count(records)} records are enough ${savedOf(evidence.saving?.value)}`, command: tune };
    case "too-few": {
      const rate = audit.probability === undefined ? "" : ` at ${percent(audit.probability[1])} of requests`;
      const time =
        daysLeft === undefined
          ? ""
          : `;${rate} (${count(recordsPerDay ?? 0)} records a day) this takes ${daysOf(daysLeft)}`;
      return {
        text: `${of} ${count(evidence.needed)} records${time}; then tune`,
        command: tune,
      };
    }
    case "loses-too-much":
      return {
        text: `do not route between these two models: more records like these would not certify a loss of ${points(maxLoss)} points. Permit a larger loss, or try another small model`,
      };
    case "unusable":
      return records === 0
        ? { text: "no record of two models yet: let your application answer requests with the audit on" }
        : { text: evidence.reason };
  }
}

/** Saving below which it is worth to wait for a better one. */
const littleSaving = 0.1;

function savedOf(saving: number | undefined): string {
  if (saving === undefined) return "to certify a threshold";
  const more = saving < littleSaving ? "; more records may certify a larger saving" : "";
  return `to certify a threshold that saves ${percent(saving)}${more}`;
}

function tuneCommand({ file, small, large, maxLoss, confidence }: Omit<LoopStatus, "next">): string {
  const parts = ["--outcomes", file, "--small", small ?? "SMALL", "--large", large ?? "LARGE"];
  const all = [
    ...parts,
    "--max-loss",
    String(maxLoss),
    "--confidence",
    String(confidence),
    "--out",
    "tuning.json",
  ];
  return `switchpoint eval tune ${all.map(shellWord).join(" ")}`;
}

function daysOf(days: number): string {
  if (days < 1 / 24) return "less than an hour";
  if (days < 2) return `about ${count(Math.ceil(24 * days))} hours`;
  return days > 3_650 ? "more than ten years" : `about ${count(Math.ceil(days))} days`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function points(loss: number): string {
  return String(Number((100 * loss).toFixed(2)));
}

function count(number: number): string {
  return number.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
