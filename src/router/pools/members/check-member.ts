import { InvalidOptionError, type Model } from "../../../contracts/index.ts";
import { checkModel } from "../../../plugin/check-model.ts";

/** Largest number of members of a pool. */
export const mostMembers = 1_000;

/** A pool as its members know it: two may have one name. */
export interface Owner {
  readonly name: string;
}

/** The pools that models are in. */
const ownerOf = new WeakMap<Model, Owner>();

/**
 * Checks that a model may become a member, and returns its key: `name@endpoint`, with the model's own name where it has
 * one. Throws `InvalidOptionError`.
 */
export function checkMember(path: string, owner: Owner, model: Model): string {
  checkModel(path, model);
  if (model.members !== undefined)
    throw new InvalidOptionError(path, model.name, "a model that is not a pool");
  const other = ownerOf.get(model);
  if (other !== undefined && other !== owner) {
    const where = `not in the pool ${JSON.stringify(other.name)} too: make a model for each pool`;
    throw new InvalidOptionError(path, model.name, where);
  }
  const { name, provider, endpoint } = model;
  const isNamed = name !== `${provider}:${model.model}`;
  return `${owner.name}@${endpoint ?? `${provider}:${model.model}`}${isNamed ? `#${name}` : ""}`;
}

/** Notes that a model is a member of a pool: it may be in no other one. */
export function noteMember(model: Model, owner: Owner): void {
  ownerOf.set(model, owner);
}
