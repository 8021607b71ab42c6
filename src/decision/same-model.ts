import type { ModelFacts } from "../contracts/index.ts";

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

/**
 * Returns a function that finds the other ids of a model among a router's models; undefined where it has none.
 * Results are kept by facts, since the router's own models are asked about at each decision.
 */
export function otherIds(
  models: readonly {
    readonly id: string;
    readonly facts: ModelFacts;
    readonly pool?: { members(): readonly { readonly facts: ModelFacts }[] } | undefined;
  }[],
): (id: string, facts: ModelFacts) => readonly string[] | undefined {
  const known = new WeakMap<ModelFacts, readonly string[] | undefined>();
  // Members of pools come and go.
  const isFixed = models.every(({ pool }) => pool === undefined);
  const isSame = (one: (typeof models)[number], facts: ModelFacts) =>
    one.pool === undefined
      ? isSameModel(one.facts, facts)
      : one.pool.members().some((member) => isSameModel(member.facts, facts));
  return (id, facts) => {
    if (isFixed && known.has(facts)) return known.get(facts);
    const same = models.filter((one) => one.id !== id && isSame(one, facts)).map((one) => one.id);
    const others = same.length === 0 ? undefined : same;
    if (isFixed) known.set(facts, others);
    return others;
  };
}
