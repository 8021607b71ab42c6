import { readOptions } from "../../plugin/index.ts";
import type { FinishedRequest, Guard } from "./guard.ts";
import { type MeasuredGuardOptions, measuredGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/**
 * Guard on the share of a unit's requests that failed: by default those in which a model of the arm failed, was called again,
 * gave way to a fallback, was repaired, or whose answer a check refused. Exact. Throws `InvalidOptionError`.
 */
export function errors(options: MeasuredGuardOptions): Guard<PairedState> {
  const { of, margin, kind } = readOptions("errors", measuredGuardOptions, options);
  const hasFailed = of === "requests" ? failedForCaller : failedAnywhere;
  return pairedGuard({
    name: "errors",
    kind,
    margin,
    marginOf: "difference",
    unit: "share",
    value: (requests) => shareOf(requests, hasFailed),
  });
}

function failedForCaller({ outcome }: FinishedRequest): boolean {
  return outcome === "failed";
}

function failedAnywhere({ outcome, troubled }: FinishedRequest): boolean {
  return outcome === "failed" || outcome === "degraded" || troubled !== undefined;
}
