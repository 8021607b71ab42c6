import type { GpuCost, OwnGpu } from "../src/contracts/index.ts";
import { showUsd } from "../src/plugin/show-usd.ts";

/** Own GPUs of a model, and what it takes for them to cost as much as other models. */
export interface GpuReport {
  /** US dollars for an hour of all GPUs together. */
  readonly usdPerHour: number;
  readonly count: number;
  readonly cost: "average" | "marginal";
  readonly inBudgets: boolean;
  /** Cost of a token right now. Absent: no request could be decided. */
  readonly now?: GpuCost | undefined;
  /** Requests like the sample, per second, from which an hour costs less than the list price of that model. */
  readonly breakEven: readonly { readonly model: string; readonly requestsPerSecond: number }[];
}

export function gpuReport({ usdPerHour, count = 1, cost = "average", inBudgets = false }: OwnGpu): GpuReport {
  return { usdPerHour: usdPerHour * count, count, cost, inBudgets, breakEven: [] };
}

/** Completes a report by the list prices of the other models. `sampleCostUsd`: what the sample request costs there. */
export function comparedGpu(
  report: GpuReport,
  now: GpuCost | undefined,
  others: readonly { readonly id: string; readonly sampleCostUsd?: number | undefined }[],
): GpuReport {
  const perSecond = report.usdPerHour / 3_600;
  const breakEven = others.flatMap(({ id, sampleCostUsd = 0 }) =>
    sampleCostUsd > 0 ? [{ model: id, requestsPerSecond: perSecond / sampleCostUsd }] : [],
  );
  return { ...report, now, breakEven };
}

/** Models that are compared. */
const mostShown = 5;

/** Describes own GPUs for people, next to the list prices of other models. */
export function gpuLines({
  usdPerHour,
  count,
  cost,
  inBudgets,
  now,
  breakEven,
}: GpuReport): readonly string[] {
  const {
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
    basis,
    utilisation,
  } = now ?? {};
  const rates =
    input === undefined || output === undefined
      ? `not known yet: ${now?.unknown ?? "no request was decided"}`
      : `$${input.toPrecision(3)} in, $${output.toPrecision(3)} out per million tokens (${basis === "stated" ? "at the full load that is stated" : "measured"})`;
  const used =
    utilisation === undefined ? "" : `, ${(utilisation * 100).toFixed(0)} % of full load in the last hour`;
  const others = breakEven
    .slice(0, mostShown)
    .map(({ model, requestsPerSecond }) => `${requestsPerSecond.toPrecision(3)} for ${model}`);
  return [
    `${showUsd(usdPerHour)} an hour for ${count} GPU${count === 1 ? "" : "s"}, ${inBudgets ? "in" : "not in"} budgets`,
    `${cost} cost ${rates}${used}`,
    ...(others.length === 0
      ? []
      : [`requests a second at which it costs as much as list prices: ${others.join(", ")}`]),
  ];
}
