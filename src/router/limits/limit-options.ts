import {
  type EndpointLimits,
  InvalidOptionError,
  type LimitOptions,
  type ModelFacts,
  type RateOptions,
} from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";

/** Limits of an endpoint with their defaults filled in. */
export type EndpointBounds = FilledOptions<EndpointLimits, keyof RateOptions | "maxConcurrent">;

/** Options of limits with their defaults filled in. */
export interface ResolvedLimitOptions {
  /** Returns the bounds of an endpoint by its key: see `withoutEffort`. */
  readonly boundsOf: (name: string) => EndpointBounds;
  readonly tenant: RateOptions | undefined;
  readonly maxTenants: number;
  readonly learn: boolean;
  /** True if a rate of a model or of tenants is configured. */
  readonly hasRates: boolean;
}

const owner = "execution.limits";

export const rateOptions: OptionTable<RateOptions, keyof RateOptions> = {
  requestsPerMinute: { is: "number", above: 0, optional: true },
  tokensPerMinute: { is: "number", above: 0, optional: true },
};

/** Limits of one model. Those that are left out are the general ones. */
export const endpointLimits: OptionTable<EndpointLimits, keyof EndpointLimits> = {
  ...rateOptions,
  maxConcurrent: { is: "number", min: 1, integer: true, optional: true },
  maxQueued: { is: "number", min: 0, max: 1_000_000, integer: true, optional: true },
  queueTimeoutMs: { is: "duration", optional: true },
};

export const limitOptions: OptionTable<LimitOptions, keyof RateOptions | "maxConcurrent" | "tenant"> = {
  ...rateOptions,
  maxConcurrent: endpointLimits.maxConcurrent,
  maxQueued: { is: "number", min: 0, max: 1_000_000, integer: true, default: 100 },
  queueTimeoutMs: { is: "duration", default: 10_000 },
  // Its keys are those of the router's models.
  models: { is: "any", default: {}, expected: "limits by id of a model" },
  tenant: { is: "table", of: rateOptions, optional: true },
  maxTenants: { is: "number", min: 1, integer: true, default: 10_000 },
  learn: { is: "boolean", default: true },
};

/** Checks the options; `known` are the router's models by id. Throws `InvalidOptionError`. */
export function resolveLimitOptions(
  options: LimitOptions,
  known: Readonly<Record<string, Pick<ModelFacts, "name" | "effort">>>,
): ResolvedLimitOptions {
  const { models, tenant, maxTenants, learn, ...general } = readOptions(owner, limitOptions, options);
  const bases = Object.entries(known).map(([id, facts]) => [withoutEffort(id, facts), facts] as const);
  const all = { ...Object.fromEntries(bases), ...known };
  const ofModels = Object.keys(all).map((id) => [id, { is: "table", of: endpointLimits, optional: true }]);
  const byId: OptionTable<Record<string, EndpointLimits>, string> = Object.fromEntries(ofModels);
  const idOf = new Map<string, string>();
  const own = new Map<string, EndpointBounds>();
  for (const [id, bounds] of Object.entries(readOptions(`${owner}.models`, byId, models))) {
    const facts = all[id] as ModelFacts;
    const key = withoutEffort(facts.name, facts);
    const other = idOf.get(key);
    if (other !== undefined)
      throw new InvalidOptionError(
        `${owner}.models.${id}`,
        bounds,
        `absent: ${other} is of the same endpoint, and has limits for all its efforts`,
      );
    idOf.set(key, id);
    // What was left out is not there.
    own.set(key, { ...general, ...(bounds as Partial<EndpointBounds>) });
  }
  const hasRates = [general, tenant ?? {}, ...own.values()].some(
    ({ requestsPerMinute, tokensPerMinute }: RateOptions) =>
      requestsPerMinute !== undefined || tokensPerMinute !== undefined,
  );
  return {
    boundsOf: (name) => own.get(name) ?? own.get(poolOf(name, own)) ?? general,
    tenant,
    maxTenants,
    learn,
    hasRates,
  };
}

/** Returns the name of the pool whose member has this key, as far as its limits are configured; else the name. */
function poolOf(name: string, own: ReadonlyMap<string, unknown>): string {
  for (let at = name.indexOf("@"); at > 0; at = name.indexOf("@", at + 1))
    if (own.has(name.slice(0, at))) return name.slice(0, at);
  return name;
}
