import type { Member, Model, ModelFacts, PoolRules, PoolWatch } from "../../contracts/index.ts";
import { asksLike } from "../../plugin/call-abort.ts";
import { checkModel } from "../../plugin/check-model.ts";
import { mergeFacts } from "../../plugin/merge-facts.ts";
import { shortText } from "../../plugin/short-text.ts";
import type { DecidingPool } from "../decide/index.ts";
import { readMembers } from "./read-members.ts";

/** Called with what is wrong with the members of a pool; undefined once nothing is. */
export type OnPoolProblem = (problem: string | undefined) => void;

/** Returns the members of a pool with complete facts; undefined for a model that is not a pool. Neither throws. */
export function decidingPool(
  given: Model,
  complete: (facts: ModelFacts) => ModelFacts,
  onProblem?: OnPoolProblem,
): DecidingPool | undefined {
  if (given.members === undefined) return undefined;
  const known = new WeakMap<Model, Model | null>();
  const completed = (inner: Model): Model | null => {
    let model = known.get(inner);
    if (model === undefined) {
      model = memberModel(given, inner, complete);
      known.set(inner, model);
    }
    return model;
  };
  const members = (): readonly Member[] => {
    const read = readMembers(given);
    let { problem } = read;
    const found: Member[] = [];
    for (const { key, model: inner, state, inFlight, load, prefixHash } of read.members) {
      const model = completed(inner);
      if (model === null) problem ??= `the facts of ${shortText(key)} cannot be read`;
      else found.push({ key, model, facts: model, state, inFlight, load, prefixHash });
    }
    onProblem?.(problem);
    return found;
  };
  const { pool } = given;
  return { members, revision: pool?.revision === undefined ? comparing(members) : () => revisionOf(pool) };
}

/** Returns a member's model as calls and constraints see it; null if its facts cannot be read. */
function memberModel(
  pool: ModelFacts,
  inner: Model,
  complete: (facts: ModelFacts) => ModelFacts,
): Model | null {
  try {
    checkModel("member", inner);
    const { health, describe } = inner;
    return Object.freeze<Model>({
      ...complete(inner),
      name: pool.name,
      effort: pool.effort,
      defaults: inner.defaults,
      generate: asksLike<Model["generate"]>(inner.generate, (request, options) =>
        inner.generate(request, options),
      ),
      stream: asksLike<Model["stream"]>(inner.stream, (request, options) => inner.stream(request, options)),
      ...(health === undefined ? {} : { health: (options) => health.call(inner, options) }),
      ...(describe === undefined ? {} : { describe: (options) => describe.call(inner, options) }),
    });
  } catch {
    return null;
  }
}

/** A pool that throws counts as changed each time. */
function revisionOf(pool: PoolRules): number {
  try {
    return Number(pool.revision?.());
  } catch {
    return Number.NaN;
  }
}

/** Returns the rules of a pool, of which a user's own may have none: its members are then asked in their order. */
export function poolRules(given: PoolRules | undefined, revision: () => number): PoolRules {
  return {
    ...given,
    maxWaitMs: given?.maxWaitMs ?? 0,
    order: (members, context) => given?.order(members, context) ?? [],
    revision,
    ...(given?.watch && { watch: (options) => given.watch?.(options) as PoolWatch }),
    ...(given?.problems && { problems: () => given.problems?.() ?? [] }),
  };
}

/** Tells changes of a pool that does not tell them itself. */
function comparing(members: () => readonly Member[]): () => number {
  let last: readonly Member[] = [];
  let revision = 0;
  return () => {
    const now = members();
    if (now.length !== last.length || now.some(({ model }, at) => model !== last[at]?.model)) revision += 1;
    last = now;
    return revision;
  };
}

/** Returns the facts of a pool as far as they depend on no request. */
export function poolFacts({ name, effort }: ModelFacts, { members }: DecidingPool): ModelFacts {
  const all = members().map(({ facts }) => facts);
  return Object.freeze({ ...mergeFacts(name, all, undefined), effort });
}
