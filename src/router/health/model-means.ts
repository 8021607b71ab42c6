import type { RequestFacts, UsageMean } from "../../contracts/index.ts";
import { createLatest, type Latest } from "../../plugin/latest.ts";
import { defaultOutputTokens, memory, shrunkTo } from "./output-mean.ts";
import { lastVote, type SharedMean, vote } from "./shared-mean.ts";
import { templateTokensAfter } from "./template-tokens.ts";
import {
  createTenantMeans,
  exportTenant,
  observeCall,
  resumeTenant,
  type TenantCall,
  type TenantMeans,
} from "./tenant-means.ts";
import { clampLog, shrunkenRatio } from "./token-ratio.ts";

/** Running means of one model: what its tenants share, and the means of each. */
export interface ModelMeans extends SharedMean {
  readonly name: string;
  /** Number of calls whose output, and whose input, was counted; at most 100. */
  outputs: number;
  inputs: number;
  /** See `UsageMean`. */
  templateTokens: number | undefined;
  readonly tenants: Latest<TenantMeans>;
}

/** Asker of a request. */
export type Asker = Pick<RequestFacts, "tenant" | "category">;

/**
 * Time after which a mean that no call has renewed is no longer held against a model: the next request is a
 * trial. Otherwise a constraint that refuses by the mean would refuse without end, since nothing renews it.
 */
export const trialAfterMs: number = 30 * 60_000;
/** Number of calls after which a tenant is again the last to be forgotten. */
const moveEvery = 8;
/** Largest ratio that a tenant keeps without renewing it: what tokenisers make of ordinary text. */
const usualRatio = 1.5;

export function createModelMeans(name: string, maxTenants: number): ModelMeans {
  const tenants = createLatest<TenantMeans>(maxTenants);
  return { name, outputs: 0, logOutput: 0, inputs: 0, logRatio: 0, templateTokens: undefined, tenants };
}

export function observeModel(model: ModelMeans, tenant: string | undefined, call: TenantCall): void {
  const key = keyOf(tenant);
  const means = model.tenants.get(key) ?? createTenantMeans(tenant, call.time);
  const before = means.calls;
  const { usage, estimatedInputTokens } = call;
  model.templateTokens = templateTokensAfter(model.templateTokens, usage.inputTokens, estimatedInputTokens);
  const countsInput = observeCall(means, call, model.templateTokens);
  // Only now and then: moving an entry to the end takes as long as all the rest.
  if (before % moveEvery === 0) model.tenants.set(key, means);
  model.outputs = Math.min(model.outputs + 1, memory);
  if (countsInput) model.inputs = Math.min(model.inputs + 1, memory);
  if (before >= lastVote) return;
  model.logOutput = vote(model.logOutput, logOutputOf(means.meanOutputTokens), before);
  if (countsInput) model.logRatio = vote(model.logRatio, means.meanLogRatio, before);
}

/** Returns the running mean for such a request: of its category, drawn to its tenant's, drawn to the shared one. */
export function usualOutput(model: ModelMeans, asker: Asker, expected: number, time: number): number {
  const shared = expected * Math.exp(model.logOutput);
  const means = model.tenants.get(keyOf(asker.tenant));
  if (means === undefined) return shared;
  const ofTenant = shrunkTo(shared, means, time);
  const ofCategory = asker.category === undefined ? undefined : means.categories?.get(asker.category);
  return ofCategory === undefined ? ofTenant : shrunkTo(ofTenant, ofCategory, time);
}

/** True if calls of this tenant and category have renewed its mean lately. */
export function isFresh(model: ModelMeans, { tenant, category }: Asker, time: number): boolean {
  const means = model.tenants.get(keyOf(tenant));
  const own = category === undefined ? means : means?.categories?.get(category);
  return own !== undefined && time - own.at < trialAfterMs;
}

/** Returns the ratio of returned to estimated input tokens of a tenant's requests. */
export function ratioFor(model: ModelMeans, tenant: string | undefined, time: number): number {
  const means = model.tenants.get(keyOf(tenant));
  if (means === undefined || means.inputs === 0) return Math.exp(model.logRatio);
  const own = shrunkenRatio(means, model.logRatio);
  if (time - means.at < trialAfterMs || own <= usualRatio) return own;
  return Math.min(own, Math.max(Math.exp(model.logRatio), usualRatio));
}

export function exportModel(model: ModelMeans, wallOf: (time: number) => number): UsageMean {
  return {
    name: model.name,
    outputs: model.outputs,
    meanOutputTokens: defaultOutputTokens * Math.exp(model.logOutput),
    inputs: model.inputs,
    meanLogRatio: model.logRatio,
    ...(model.templateTokens !== undefined && { templateTokens: model.templateTokens }),
    tenants: [...model.tenants.values()].flatMap((means) => exportTenant(means, wallOf)),
  };
}

/** Goes on from exported means. `timeOf`: the time for milliseconds since the epoch. */
export function resumeModel(
  { name, outputs, meanOutputTokens, inputs, meanLogRatio, templateTokens, tenants = [] }: UsageMean,
  maxTenants: number,
  timeOf: (wall: number) => number,
): ModelMeans {
  const model = createModelMeans(name, maxTenants);
  model.outputs = outputs;
  if (outputs > 0) model.logOutput = logOutputOf(meanOutputTokens);
  model.inputs = inputs;
  model.logRatio = meanLogRatio;
  model.templateTokens = templateTokens;
  for (const one of tenants) {
    const key = keyOf(one.tenant);
    const at = timeOf(one.at);
    const means = model.tenants.get(key) ?? createTenantMeans(one.tenant, at);
    resumeTenant(means, one, at);
    model.tenants.set(key, means);
  }
  return model;
}

function logOutputOf(tokens: number): number {
  return clampLog(Math.log(Math.max(1, tokens) / defaultOutputTokens));
}

/** Requests without a tenant are those of one. No tenant has an empty name. */
function keyOf(tenant: string | undefined): string {
  return tenant ?? "";
}
