import {
  type EndpointLimits,
  InvalidOptionError,
  type LimitOptions,
  type ModelFacts,
  type RateOptions,
} from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import { checkFlag } from "../health/state-checks.ts";

/** Options of limits with their defaults filled in. */
export interface ResolvedLimitOptions {
  /** Returns the bounds of an endpoint by its key: see `withoutEffort`. */
  readonly boundsOf: (name: string) => EndpointLimits;
  readonly tenant: RateOptions | undefined;
  readonly maxTenants: number;
  readonly learn: boolean;
  /** True if a rate of a model or of tenants is configured. */
  readonly hasRates: boolean;
}

const owner = "execution.limits";
const rateNames = ["requestsPerMinute", "tokensPerMinute"] as const;
const endpointNames = [...rateNames, "maxConcurrent", "maxQueued", "queueTimeoutMs"] as const;

/** Checks the options; `known` are the router's models by id. Throws `InvalidOptionError`. */
export function resolveLimitOptions(
  options: LimitOptions,
  known: Readonly<Record<string, Pick<ModelFacts, "name" | "effort">>>,
): ResolvedLimitOptions {
  checkKeys(owner, options, [...endpointNames, "models", "tenant", "maxTenants", "learn"]);
  const { models = {}, tenant, maxTenants = 10_000, learn = true, ...general } = options;
  checkEndpoint(owner, general);
  if (tenant !== undefined) {
    checkKeys(`${owner}.tenant`, tenant, rateNames);
    checkRates(`${owner}.tenant`, tenant);
  }
  checkNumber(`${owner}.maxTenants`, maxTenants, { min: 1, integer: true });
  checkFlag(`${owner}.learn`, learn);
  const bases = Object.entries(known).map(([id, facts]) => [withoutEffort(id, facts), facts] as const);
  const all = { ...Object.fromEntries(bases), ...known };
  checkKeys(`${owner}.models`, models, Object.keys(all));
  const idOf = new Map<string, string>();
  const own = new Map<string, EndpointLimits>();
  for (const [id, bounds] of Object.entries(models)) {
    checkKeys(`${owner}.models.${id}`, bounds, endpointNames);
    checkEndpoint(`${owner}.models.${id}`, bounds);
    const given = Object.entries(bounds).filter(([, value]) => value !== undefined);
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
    own.set(key, { ...general, ...Object.fromEntries(given) });
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

function checkEndpoint(path: string, bounds: EndpointLimits): void {
  const { maxConcurrent, maxQueued, queueTimeoutMs } = bounds;
  checkRates(path, bounds);
  if (maxConcurrent !== undefined)
    checkNumber(`${path}.maxConcurrent`, maxConcurrent, { min: 1, integer: true });
  if (maxQueued !== undefined)
    checkNumber(`${path}.maxQueued`, maxQueued, { min: 0, max: 1_000_000, integer: true });
  if (queueTimeoutMs !== undefined)
    checkNumber(`${path}.queueTimeoutMs`, queueTimeoutMs, { min: 1, max: 2 ** 31 - 1 });
}

function checkRates(path: string, rates: RateOptions): void {
  for (const name of rateNames) {
    if (rates[name] !== undefined) checkNumber(`${path}.${name}`, rates[name], { min: Number.MIN_VALUE });
  }
}
