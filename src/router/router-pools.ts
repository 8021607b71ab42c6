import type { Constraint, Member, Model, ModelFacts, RequestFacts } from "../contracts/index.ts";
import { askMembers, type CandidateParts, type DecidingPool } from "../decision/index.ts";
import type { PoolAccess } from "../execution/index.ts";
import { mergeFacts } from "../plugin/merge-facts.ts";

/** Returns the members of a pool with complete facts; undefined for a model that is not a pool. */
export function decidingPool(
  given: Model,
  complete: (facts: ModelFacts) => ModelFacts,
): DecidingPool | undefined {
  if (given.members === undefined) return undefined;
  const known = new WeakMap<Model, Model>();
  return {
    members: () =>
      (given.members?.() ?? []).map((member): Member => {
        let model = known.get(member.model);
        if (model === undefined) {
          const inner = member.model;
          const { health, describe } = inner;
          model = Object.freeze<Model>({
            ...complete(inner),
            name: given.name,
            defaults: inner.defaults,
            generate: (request, options) => inner.generate(request, options),
            stream: (request, options) => inner.stream(request, options),
            ...(health === undefined ? {} : { health: (options) => health.call(inner, options) }),
            ...(describe === undefined ? {} : { describe: (options) => describe.call(inner, options) }),
          });
          known.set(inner, model);
        }
        return { ...member, model, facts: model };
      }),
  };
}

/** Returns the facts of a pool as far as they depend on no request. */
export function poolFacts(name: string, { members }: DecidingPool): ModelFacts {
  return Object.freeze(
    mergeFacts(
      name,
      members().map(({ facts }) => facts),
      undefined,
    ),
  );
}

/** Parts that answer for the members of pools in one request. */
export interface AccessParts<Id extends string> {
  readonly deciding: CandidateParts;
  readonly constraints: readonly Constraint<Id>[];
  readonly request: RequestFacts;
  /** Returns milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** Returns the members of a pool as execution reaches them. */
export function poolAccess<Id extends string>(
  id: Id,
  model: Model,
  pool: DecidingPool,
  { deciding, constraints, request, now }: AccessParts<Id>,
): PoolAccess {
  return {
    rules: model.pool,
    ask: (hop, wall) =>
      askMembers(deciding, id, pool.members(), constraints, { request, hop, now: wall }, now()),
  };
}
