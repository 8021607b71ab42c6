import type { Model } from "../../src/contracts/index.ts";
import { mostCostUsd } from "../../src/router/cost/inner.ts";
import type { CollectionRun } from "./collection-run.ts";
import type { Job } from "./job.ts";

/** Key that distinguishes the items of one model's batches. */
export function itemKey({ id, repeat }: { readonly id: string; readonly repeat: number }): string {
  return JSON.stringify([id, repeat]);
}

/** The most that an item of a batch can cost; undefined if it is not known. */
export function mostItemCostUsd(
  { options }: CollectionRun,
  model: Model,
  { request, prepared }: Job,
  priceShare: number,
): number | undefined {
  const most = mostCostUsd(model, request, prepared.facts.images, options.maxOutputTokens);
  return most && most * priceShare;
}
