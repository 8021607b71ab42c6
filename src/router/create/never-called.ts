import {
  type Constraint,
  type ExcludableModel,
  InvalidOptionError,
  type Model,
  type NeverCalled,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { Budget } from "../budget/budget-options.ts";
import { isCounted } from "../budget/counted-models.ts";
import type { Kin } from "../decide/index.ts";

export interface NeverCalledParts {
  readonly models: Readonly<Record<string, Model>>;
  readonly constraints: readonly Constraint[];
  readonly budgets: readonly Budget[];
  readonly kinOf: (id: string, facts: Model) => Kin | undefined;
}

/**
 * Returns the models that no request can reach, by id. Pools are not judged: their members change. Throws
 * `InvalidOptionError` where constraints leave no model at all, and where a budget needs prices and all requests would go to
 * one model, since it is the only one with a price.
 */
export function neverCalled(parts: NeverCalledParts): ReadonlyMap<string, NeverCalled> {
  const { models, budgets } = parts;
  const ids = Object.keys(models);
  const found = new Map<string, NeverCalled>();
  for (const id of ids) {
    const reason = excludedBy(id, parts);
    if (reason !== undefined) found.set(id, { kind: "not-permitted", reason });
  }
  if (found.size === ids.length)
    throw new InvalidOptionError(
      "constraints",
      parts.constraints.map(({ name }) => name),
      `constraints that permit a model for some request (${ids.map((id) => `${id}: ${found.get(id)?.reason}`).join("; ")})`,
    );
  const left = ids.filter((id) => !found.has(id));
  const refusing = (id: string) =>
    budgets.find((one) => one.needsPrices && isCounted(one, excludable(id, parts)));
  const unpriced = left.filter((id) => !isPriced(models[id] as Model) && refusing(id) !== undefined);
  if (unpriced.length === 0) return found;
  const priced = left.filter((id) => !unpriced.includes(id));
  const names = new Set(priced.map((id) => withoutEffort((models[id] as Model).name, models[id] as Model)));
  if (names.size <= 1) {
    const fate =
      names.size === 0 ? "no request could be answered" : `all requests would go to ${priced.join(", ")}`;
    throw new InvalidOptionError(
      `budgets[${budgets.indexOf(refusing(unpriced[0] as string) as Budget)}].unpriced`,
      "refuse",
      `"allow", or else a price given for ${unpriced.join(", ")}, since ${fate}`,
    );
  }
  for (const id of unpriced) {
    const reason = `its price is not known, and ${refusing(id)?.description} refuses that: give it a price, or the budget unpriced: "allow"`;
    found.set(id, { kind: "unpriced", reason });
  }
  return found;
}

/** True if the model has a price, or will have one: what own GPUs cost is measured, and members of pools come and go. */
function isPriced({ price, gpu, members }: Model): boolean {
  return price !== undefined || gpu !== undefined || members !== undefined;
}

function excludable(id: string, { models, kinOf }: NeverCalledParts): ExcludableModel {
  const facts = models[id] as Model;
  return { id, facts, ...kinOf(id, facts) };
}

function excludedBy(id: string, parts: NeverCalledParts): string | undefined {
  const model = excludable(id, parts);
  if ((model.facts as Model).members !== undefined) return undefined;
  for (const constraint of parts.constraints) {
    const reason = asked(constraint, model);
    if (reason !== undefined) return `${constraint.name}: ${reason}`;
  }
  return undefined;
}

/** Asks a constraint, which may be anybody's. What it throws says nothing about the model. */
function asked(constraint: Constraint, model: ExcludableModel): string | undefined {
  try {
    const reason: unknown = constraint.excludes?.(model);
    dropPromises(reason);
    return typeof reason === "string" && reason !== "" ? reason : undefined;
  } catch {
    return undefined;
  }
}
