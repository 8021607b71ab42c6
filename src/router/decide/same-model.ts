import type { Candidate, ModelFacts } from "../../contracts/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";

/**
 * True if two names stand for one model of one provider: the same model at the same address. Where an address
 * is not stated, the same provider counts as the same address. Deployments of a model at two stated addresses
 * are two models.
 */
export function isSameModel(a: ModelFacts, b: ModelFacts): boolean {
  // A user's own judge may lack facts.
  if (String(a.model).toLowerCase() !== String(b.model).toLowerCase()) return false;
  if (a.endpoint === undefined || b.endpoint === undefined) return a.provider === b.provider;
  return addressOf(a.endpoint) === addressOf(b.endpoint);
}

function addressOf(endpoint: string): string {
  try {
    const { origin, pathname } = new URL(endpoint);
    return `${origin}${pathname.replace(/\/$/, "")}`;
  } catch {
    return endpoint;
  }
}

/** Other ids that stand for a candidate's model. */
export type Kin = Pick<Candidate, "sameAs" | "derivedFrom" | "namedBy">;

/** Returns the kin of a model under an id; undefined where it has none. */
export type KinOf = (id: string, facts: ModelFacts) => Kin | undefined;

/**
 * Returns a function that finds the other ids of a model among a router's models. Members of pools come and go: what was
 * found is kept until they do.
 */
export function kinAmong(
  models: readonly {
    readonly id: string;
    readonly facts: ModelFacts;
    readonly pool?: { members(): readonly { readonly facts: ModelFacts }[]; revision(): number } | undefined;
  }[],
): KinOf {
  const pools = models.flatMap(({ pool }) => (pool === undefined ? [] : [pool]));
  const ids = models.map(({ id }) => id);
  const bases = new Map(
    models.flatMap(({ id, facts }) => {
      const base = withoutEffort(id, facts);
      return base === id ? [] : [[id, base] as const];
    }),
  );
  let revisions = pools.map((pool) => pool.revision());
  let index: SameIndex | undefined;
  let known = new WeakMap<ModelFacts, { readonly id: string; readonly kin: Kin | undefined }>();
  return (id, facts) => {
    for (let at = 0; at < pools.length; at += 1) {
      if (pools[at]?.revision() === revisions[at]) continue;
      revisions = pools.map((pool) => pool.revision());
      index = undefined;
      known = new WeakMap();
      break;
    }
    const found = known.get(facts);
    if (found?.id === id) return found.kin;
    index ??= indexOf(models);
    const same = index(facts);
    const kin = kinWith(
      id,
      ids.filter((one) => one !== id && same.has(one)),
      bases,
    );
    known.set(facts, { id, kin });
    return kin;
  };
}

function kinWith(id: string, others: readonly string[], bases: ReadonlyMap<string, string>): Kin | undefined {
  const derivedFrom = bases.get(id);
  if (derivedFrom === undefined && others.length === 0) return undefined;
  const sameAs = others.length === 0 ? undefined : others;
  if (derivedFrom === undefined && !others.some((one) => bases.has(one))) return { sameAs };
  const named = new Set(others.map((one) => bases.get(one) ?? one));
  if (derivedFrom !== undefined) named.add(derivedFrom);
  return { sameAs, derivedFrom, namedBy: [...named] };
}

/** Returns the ids of a model: see `isSameModel`. */
type SameIndex = (facts: ModelFacts) => ReadonlySet<string>;

function indexOf(models: Parameters<typeof kinAmong>[0]): SameIndex {
  const byAddress = new Map<string, Set<string>>();
  const byProvider = new Map<string, Set<string>>();
  const withoutAddress = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, id: string) => {
    const ids = map.get(key);
    if (ids === undefined) map.set(key, new Set([id]));
    else ids.add(id);
  };
  for (const { id, facts, pool } of models)
    for (const one of pool?.members() ?? [{ facts }]) {
      const { model, provider, endpoint } = one.facts;
      add(byProvider, keyOf(model, provider), id);
      if (endpoint === undefined) add(withoutAddress, keyOf(model, provider), id);
      else add(byAddress, keyOf(model, addressOf(endpoint)), id);
    }
  return ({ model, provider, endpoint }) => {
    if (endpoint === undefined) return byProvider.get(keyOf(model, provider)) ?? noIds;
    const there = byAddress.get(keyOf(model, addressOf(endpoint))) ?? noIds;
    const anywhere = withoutAddress.get(keyOf(model, provider));
    return anywhere === undefined ? there : new Set([...there, ...anywhere]);
  };
}

const noIds: ReadonlySet<string> = new Set();

function keyOf(model: unknown, place: unknown): string {
  // A user's own judge may lack facts.
  return JSON.stringify([String(model).toLowerCase(), String(place)]);
}
