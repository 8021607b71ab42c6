import type { CollectEstimate } from "../evals/collect/collect-estimate.ts";
import type { Collection } from "../evals/collect/collection.ts";
import type { CollectProgress } from "../evals/collect/progress.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { formatTable } from "./format-table.ts";

/** Formats the estimated cost as a table, with what is not known. */
export function estimateToText(estimate: CollectEstimate): string {
  const { records, scorer, scoringCosts, calls, done, models, costUsd, paidUsd, unpriced, unlimited } =
    estimate;
  const rows = models.map((one) => [
    one.model,
    String(one.calls),
    String(one.inputTokens),
    String(one.outputTokens),
    usd(one.costUsd),
    usd(one.atMostUsd),
  ]);
  const before = done === 0 && paidUsd === 0 ? "" : `; ${done} done before, for ${usd(paidUsd)}`;
  return [
    `${records} records, ${calls} calls to make${before}; scored by ${scorer}`,
    "",
    formatTable([["model", "calls", "input tokens", "output tokens", "about", "at most"], ...rows]),
    "",
    ...(unpriced.length < models.length
      ? [
          `in all about ${usd(costUsd)}${mostOf(estimate)}${scoringCosts ? "; the cost of the scorer is additional" : ""}`,
        ]
      : []),
    ...(unpriced.length > 0 ? [`the price of ${unpriced.join(", ")} is not known`] : []),
    ...(unlimited.length > 0
      ? [`"at most" is without ${unlimited.join(", ")}: nothing limits the output (--max-output-tokens)`]
      : []),
    ...models
      .filter(({ unscorable }) => unscorable > 0)
      .map(
        ({ model, unscorable, unscorableReason }) =>
          `${unscorable} records are not sent to ${model}, as no answer could be scored, for instance: ${unscorableReason}`,
      ),
    ...models
      .filter(({ notPermitted }) => notPermitted > 0)
      .map(
        ({ model, notPermitted, notPermittedReason }) =>
          `${notPermitted} records are not sent to ${model}, for instance: ${notPermittedReason}`,
      ),
  ].join("\n");
}

/** A bound this many times the expected cost is far from what anyone pays, and needs its reason. */
const farAbove = 10;

/** Shows the bound, where there is one, and why it is far above the expected cost. */
function mostOf({ models, unlimited, unpriced, costUsd, atMostUsd, calls }: CollectEstimate): string {
  const open = new Set([...unlimited, ...unpriced]);
  // A sum over no model is not a bound of 0.
  if (calls > 0 && models.every(({ model }) => open.has(model))) return "";
  const isFar = atMostUsd > farAbove * costUsd && atMostUsd >= 0.01;
  return `, at most ${usd(atMostUsd)}${isFar ? " if each answer is as long as it may be (--max-output-tokens lowers this)" : ""}`;
}

/** Formats the progress as one line. */
export function progressToText(progress: CollectProgress): string {
  const { done, total, perMinute, leftMs, paidUsd, unpriced, errors, batches } = progress;
  const share = total === 0 ? 100 : Math.floor((100 * done) / total);
  const pace = perMinute > 0 ? `, ${perMinute.toFixed(perMinute < 10 ? 1 : 0)} per minute` : "";
  const left = leftMs !== undefined && done < total ? `, ${duration(leftMs)} left` : "";
  const unknown = unpriced > 0 ? ` and ${unpriced} answers or scores of unknown price` : "";
  const waiting = (batches ?? []).map(({ model, batch, done: ended, items }) => {
    const far = ended === undefined ? `${items}` : `${ended} of ${items}`;
    return `; batch ${batch} of ${model}: ${far}`;
  });
  return `${done} of ${total} calls (${share} %)${pace}${left}, ${usd(paidUsd)} so far${unknown}${errorsToText(errors)}${waiting.join("")}`;
}

/** Formats the results of each model, and what is missing. */
export function collectionToText(collection: Collection): string {
  const { out, records, recordsLeftOut, models, paidUsd, scoringUsd, unpriced, verdicts } = collection;
  const rows = models.map(({ model, outcomes, refused, quality, costUsd, latencyMs }) => [
    model,
    String(outcomes),
    quality === undefined ? "n/a" : quality.toFixed(3),
    usd(costUsd),
    latencyMs === undefined ? "n/a" : String(Math.round(latencyMs)),
    String(refused),
  ]);
  const unknown = unpriced > 0 ? `, and ${unpriced} answers or scores of unknown price` : "";
  const scoring = scoringUsd > 0 ? `, ${usd(scoringUsd)} of it by the scorer` : "";
  return [
    formatTable([["model", "outcomes", "quality", "cost a request", "ms", "refused"], ...rows]),
    "",
    `${out}: ${records} records${recordsLeftOut > 0 ? `, ${recordsLeftOut} left out` : ""}; ${usd(paidUsd)} spent${scoring}${unknown}`,
    ...(verdicts === undefined
      ? []
      : [
          `${verdicts.inconsistent} of ${verdicts.pairs} pairs of verdicts depend on the order of the answers, and count as ties`,
        ]),
    ...missingOf(collection),
  ].join("\n");
}

/** Lists what keeps a collection from being complete, one line each; none if nothing is missing. */
export function missingOf(collection: Collection): string[] {
  const { complete, stopped, missing, unscored, unscoredReason, errors } = collection;
  if (complete) return [];
  const lines: string[] = [];
  if (stopped === "max-cost") lines.push("stopped: the next call could cost more than --max-cost allows");
  if (stopped === "interrupted") lines.push("stopped: interrupted");
  if (missing > 0) lines.push(`${missing} calls are missing${errorsToText(errors)}`);
  if (unscored > 0)
    lines.push(`${unscored} answers have no score${unscoredReason ? ` (${unscoredReason})` : ""}`);
  const command = stopped === "max-cost" ? "the same command with a higher --max-cost" : "the same command";
  return [...lines, `${command} continues; nothing is paid for twice`];
}

function errorsToText(errors: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(errors).map(([kind, count]) => `${count} ${kind}`);
  return kinds.length === 0 ? "" : `; errors: ${kinds.join(", ")}`;
}

function usd(amount: number | undefined): string {
  return amount === undefined ? "n/a" : showUsd(amount);
}

function duration(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return `${Math.ceil(ms / 1000)} s`;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
}
