import type { WayComparison, WayResult } from "../evals/tune/ways/way.ts";
import { showPercent } from "../src/plugin/show-percent.ts";
import { formatTable } from "./format-table.ts";
import { perThousand, withInterval } from "./show-number.ts";

/** Formats the comparison of ways: the recommendation, a table, and what skipping the small model gives. */
export function waysToText({ sentence, results, latencyMs, level }: WayComparison): string[] {
  const head = ["way", "policy", "large calls", "loss", "saving [95 %]", "USD per 1,000", "ms", ""];
  return [
    sentence,
    "",
    formatTable([head, ...results.map(rowOf)]),
    ...(latencyMs === undefined ? [] : [`always-large takes ${latencyMs.toFixed(0)} ms`]),
    ...results.flatMap((one) => skippingOf(one, latencyMs)),
    `each way was tested at a level of ${Number(level.toPrecision(3))}`,
    "",
  ];
}

function rowOf({
  way,
  policy,
  problem,
  largeCallRate,
  loss,
  saving,
  costUsd,
  latencyMs,
}: WayResult): string[] {
  if (policy === undefined) return [way, "", "", "", "", "", "", problem ?? ""];
  const { name, parameters = {} } = policy;
  const cut = parameters["unless"] ?? (parameters["at"] === undefined ? name : `at ${parameters["at"]}`);
  const skip = parameters["skipAt"] === undefined ? "" : `, skips from ${parameters["skipAt"]}`;
  return [
    way,
    `${cut}${skip}`,
    showPercent(largeCallRate ?? 1),
    loss?.toFixed(4) ?? "",
    withInterval(saving, showPercent),
    costUsd === undefined ? "n/a" : perThousand(costUsd),
    latencyMs?.toFixed(0) ?? "n/a",
    "",
  ];
}

function skippingOf({ way, skipping }: WayResult, large: number | undefined): string[] {
  if (skipping === undefined) return [];
  const { skipped, latencyMs, costUsd, policy } = skipping;
  const saved = latencyMs.without - latencyMs.with;
  const money =
    costUsd === undefined
      ? ""
      : `, and costs ${perThousand(costUsd.with)} instead of ${perThousand(costUsd.without)} USD per 1,000`;
  const share = large === undefined ? "" : ` (${showPercent(saved / large)} of always-large's)`;
  return [
    `${way}: leaving the small model out from complexity ${policy.parameters?.["skipAt"]} on (${showPercent(skipped)} of requests) saves ${saved.toFixed(0)} ms a request${share}${money}: time rather than money (--prefer latency)`,
  ];
}
