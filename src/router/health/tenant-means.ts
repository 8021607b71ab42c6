import type { TenantUsageMean, Usage } from "../../contracts/index.ts";
import { type OutputMean, observeOutput } from "./output-mean.ts";
import { observeInput, type TokenRatio } from "./token-ratio.ts";

/** Running means of one tenant on one model, over all its requests and by category. */
export interface TenantMeans extends OutputMean, TokenRatio {
  readonly tenant: string | undefined;
  /** Number of calls in all. It bounds what the tenant contributes to the shared mean, and is not exported. */
  calls: number;
  /** Absent: the tenant gives none. */
  categories: Map<string, OutputMean> | undefined;
}

/** Largest number of categories of a tenant; the one observed longest ago is forgotten. */
export const maxCategories = 16;

export function createTenantMeans(tenant: string | undefined, at: number): TenantMeans {
  return {
    tenant,
    calls: 0,
    outputs: 0,
    meanOutputTokens: 0,
    inputs: 0,
    meanLogRatio: 0,
    at,
    categories: undefined,
  };
}

/** Call of a tenant that has ended. */
export interface TenantCall {
  readonly category: string | undefined;
  readonly usage: Usage;
  /** Estimate of the hot path. Absent if the input was more than text, images for example. */
  readonly estimatedInputTokens: number | undefined;
  readonly isCut: boolean;
  readonly time: number;
}

/** Adds a call, and returns true if its input says how the model counts text. `added`: tokens that are the template's own. */
export function observeCall(means: TenantMeans, call: TenantCall, added = 0): boolean {
  const { category, usage, estimatedInputTokens, time } = call;
  means.calls += 1;
  observeAnswer(means, call);
  if (category !== undefined) observeAnswer(ofCategory(means, category, time), call);
  if (estimatedInputTokens === undefined) return false;
  // A template that adds more than there is was another one.
  return observeInput(
    means,
    Math.max(usage.inputTokens - added, usage.inputTokens / 2),
    estimatedInputTokens,
  );
}

function observeAnswer(mean: OutputMean, { usage, isCut, time }: TenantCall): void {
  const { outputTokens } = usage;
  observeOutput(mean, isCut ? Math.max(outputTokens, mean.meanOutputTokens) : outputTokens, time);
}

/** Returns the mean of a category, for which an older one may have to make room. */
function ofCategory(means: TenantMeans, category: string, at: number): OutputMean {
  means.categories ??= new Map();
  const { categories } = means;
  const known = categories.get(category);
  if (known !== undefined) return known;
  if (categories.size >= maxCategories) forgetOldest(categories);
  const mean = { outputs: 0, meanOutputTokens: 0, at };
  categories.set(category, mean);
  return mean;
}

function forgetOldest(categories: Map<string, OutputMean>): void {
  let oldest: string | undefined;
  let oldestAt = Number.POSITIVE_INFINITY;
  for (const [category, { at }] of categories) {
    if (at >= oldestAt) continue;
    oldest = category;
    oldestAt = at;
  }
  if (oldest !== undefined) categories.delete(oldest);
}

/** Exports the means, `wallOf` a time being milliseconds since the epoch. */
export function exportTenant(
  { tenant, outputs, meanOutputTokens, inputs, meanLogRatio, at, categories }: TenantMeans,
  wallOf: (time: number) => number,
): TenantUsageMean[] {
  const named = tenant === undefined ? {} : { tenant };
  const all = { ...named, outputs, meanOutputTokens, inputs, meanLogRatio, at: wallOf(at) };
  const byCategory = [...(categories ?? [])].map(([category, mean]) => ({
    ...named,
    category,
    outputs: mean.outputs,
    meanOutputTokens: mean.meanOutputTokens,
    at: wallOf(mean.at),
  }));
  return [all, ...byCategory];
}

/** Goes on from an exported mean: of the tenant, or of one of its categories. */
export function resumeTenant(means: TenantMeans, one: TenantUsageMean, at: number): void {
  const { category, outputs, meanOutputTokens, inputs = 0, meanLogRatio = 0 } = one;
  if (category === undefined) {
    Object.assign(means, { calls: Math.ceil(outputs), outputs, meanOutputTokens, inputs, meanLogRatio, at });
    return;
  }
  means.categories ??= new Map();
  if (means.categories.size < maxCategories)
    means.categories.set(category, { outputs, meanOutputTokens, at });
}
