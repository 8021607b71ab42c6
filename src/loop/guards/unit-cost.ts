import type { FinishedRequest } from "./guard.ts";

/** Cost of a unit in US dollars. Undefined if that of one of its requests is not known. */
export function unitCost(requests: readonly FinishedRequest[]): number | undefined {
  let sum = 0;
  for (const { costUsd = Number.NaN } of requests) sum += costUsd >= 0 ? costUsd : Number.NaN;
  return requests.length > 0 && Number.isFinite(sum) ? sum : undefined;
}
