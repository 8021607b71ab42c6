import type { NetSaving, SavingEstimate } from "../evals/monitor/spend/net-saving.ts";
import type { LoggedSpend } from "../evals/monitor/spend/read-spend.ts";
import { counted } from "../src/plugin/counted.ts";
import { showPercent, showPercentUpTo } from "../src/plugin/show-percent.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import type { SpendGroup, SpendRow } from "../src/router/log/inner.ts";
import { formatTable } from "./format-table.ts";

export interface SpendResult {
  readonly spend: LoggedSpend;
  readonly large?: string | undefined;
  readonly saving?: NetSaving | undefined;
  /** Reason why the saving cannot be estimated. */
  readonly noSaving?: string | undefined;
}

/** Largest number of rows of a table that are shown. */
const mostShown = 20;

/** Formats what was spent by model, hop, tenant and day, and what was saved. */
export function spendToText(result: SpendResult): string {
  const { spend } = result;
  const { total, unlisted, repeated } = spend;
  return [
    `${counted(spend.requests, "request")}, ${counted(total.attempts, "attempt")}, ${total.failed} failed: ${costOf(total)}`,
    ...(total.ownGpuUsd === undefined
      ? []
      : [
          `${showUsd(total.ownGpuUsd)} of it for own GPUs, as measured: they are paid by the hour, whatever they do`,
        ]),
    ...(repeated > 0 ? [`${counted(repeated, "line")} repeat others, and count once`] : []),
    ...(unlisted.attempts > 0
      ? [
          `${counted(unlisted.attempts, "attempt")} without a request in the log, ${showUsd(unlisted.costUsd)} of it`,
        ]
      : []),
    "",
    tableOf("model", spend.byModel),
    "",
    tableOf("hop", spend.byHop),
    "",
    tableOf("tenant", spend.byTenant),
    "",
    tableOf("day", spend.byDay),
    "",
    ...savingLines(result),
    "",
  ].join("\n");
}

function tableOf(name: string, { rows, others, none }: SpendGroup): string {
  const shown = name === "day" ? rows.slice(-mostShown) : rows.slice(0, mostShown);
  const hidden = rows.length - shown.length;
  return formatTable([
    [name, "attempts", "failed", "tokens in", "cached", "out", "cost"],
    ...shown.map((row) => cellsOf(row.name, row)),
    ...(none === undefined ? [] : [cellsOf(`(no ${name})`, none)]),
    ...(others === undefined ? [] : [cellsOf("(others)", others)]),
    ...(hidden > 0 ? [[`(${hidden} more: --json)`]] : []),
  ]);
}

function cellsOf(name: string, row: SpendRow): string[] {
  const { attempts, failed, inputTokens, cachedInputTokens, outputTokens } = row;
  return [name, ...[attempts, failed, inputTokens, cachedInputTokens, outputTokens].map(String), costOf(row)];
}

function costOf({ costUsd, unknown, estimated }: SpendRow): string {
  const parts = [
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(estimated > 0 ? [`${estimated} estimated`] : []),
  ];
  return `${showUsd(costUsd)}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}

function savingLines({ large, saving, noSaving }: SpendResult): string[] {
  if (saving === undefined)
    return noSaving === undefined
      ? ["Saving: --large names the model to compare with"]
      : [`Saving: ${noSaving}`];
  const { savedUsd, savedShare, confidence, cache, noInterval, unaffected, failed, leftOut } = saving;
  const level = showPercentUpTo(confidence, 2);
  const without = [
    ...(unaffected > 0 ? [`${unaffected} pinned or not permitted for ${large}: as they were`] : []),
    ...(failed > 0 ? [`${failed} failed: taken to cost ${large} nothing`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out: a cost is not known`] : []),
  ];
  return [
    `Saved net against always ${large}: ${withRange(savedUsd, signedUsd)}, ${withRange(savedShare, showPercent)}`,
    ...(noInterval === undefined ? [`  with ${level} confidence`] : []),
    `  spent ${showUsd(saving.spentUsd)} in ${counted(saving.requests, "request")} (${counted(saving.units, "independent unit")})`,
    `  always ${large}: about ${showUsd(saving.alwaysLargeUsd)}, and ${showUsd(saving.alwaysLargeUncachedUsd)} if nothing was cached`,
    `  ${large} answered ${saving.answeredByLarge} of them`,
    `  its cache is taken to hold ${showPercent(cache.hitRate)} of what a turn repeats (${cacheSource(cache)})`,
    ...(noInterval === undefined ? [] : [`  no interval: ${noInterval}`]),
    ...without.map((one) => `  ${one}`),
  ];
}

function cacheSource({ measuredOn }: NetSaving["cache"]): string {
  return measuredOn > 0 ? `measured on ${counted(measuredOn, "turn")}` : "assumed";
}

function withRange({ value, low, high }: SavingEstimate, show: (value: number) => string): string {
  return low === undefined || high === undefined
    ? show(value)
    : `${show(value)} [${show(low)}, ${show(high)}]`;
}

/** Routing may have cost more than it saved. */
function signedUsd(usd: number): string {
  return usd < 0 ? `-${showUsd(-usd)}` : showUsd(usd);
}
