import { type BaseId, InvalidOptionError, type Model, type ModelFacts } from "../../contracts/index.ts";
import type { CountedModel } from "../../contracts/ports/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { isNamed } from "../../plugin/is-named.ts";
import { nearestName } from "../../plugin/options/nearest-name.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";

/** Models whose calls a budget counts: by ids of the router or by provider, one of the two. */
export interface CountedModels<Id extends string = string> {
  /**
   * Ids of models, at least one. The same model under another id or as a judge counts, too; the base of efforts, `large` of
   * `large@high`, counts all of them.
   */
  readonly models?: readonly (Id | BaseId<Id>)[] | undefined;
  /** Providers of models, for instance `openai`: at least one. Of a pool each member counts by its own. */
  readonly providers?: readonly string[] | undefined;
}

export const countedModelsOptions: OptionTable<CountedModels, "models" | "providers"> = {
  models: { is: "any", optional: true, expected: "a list of ids of models, unless providers is given" },
  providers: { is: "any", optional: true, expected: "a list of providers, unless models is given" },
};

/** Rule of a budget that does not count all calls. */
export interface Counted {
  readonly counts: (model: CountedModel) => boolean;
  /** Description for people, for instance `large, huge`. */
  readonly names: string;
}

/** Checks which models a budget counts; `router` has all by id. Throws `InvalidOptionError`. */
export function resolveCounted(
  option: string,
  given: CountedModels,
  router: Readonly<Record<string, ModelFacts & Pick<Model, "members">>>,
): Counted {
  const { models, providers } = readOptions(option, countedModelsOptions, given);
  if ((models === undefined) === (providers === undefined))
    throw new InvalidOptionError(option, given, "{ models: [id] } or { providers: [name] }");
  const all = Object.entries(router);
  if (models !== undefined) {
    const known = all.flatMap(([id, facts]) => [id, withoutEffort(id, facts)]);
    const ids = namesOf(`${option}.models`, models, known);
    return { counts: (model) => isNamed(model, ids), names: [...ids].join(", ") };
  }
  const known = all.flatMap(([, facts]) => [
    facts.provider,
    ...(facts.members?.() ?? []).map((member) => member.facts.provider),
  ]);
  const names = namesOf(`${option}.providers`, providers, known);
  return { counts: ({ facts }) => names.has(facts.provider), names: `models of ${[...names].join(", ")}` };
}

function namesOf(option: string, given: unknown, known: readonly string[]): ReadonlySet<string> {
  const all = [...new Set(known)];
  const expected = `one of ${all.join(", ")}`;
  if (!Array.isArray(given) || given.length === 0)
    throw new InvalidOptionError(option, given, `a list with at least ${expected}`);
  given.forEach((name: unknown, at) => {
    if (typeof name === "string" && all.includes(name)) return;
    const meant = typeof name === "string" ? nearestName(name, all) : undefined;
    throw new InvalidOptionError(
      `${option}[${at}]`,
      name,
      meant === undefined ? expected : `${expected} (did you mean ${meant}?)`,
    );
  });
  return new Set([...given].sort());
}

/** True if a budget counts calls of the model. Of a model that is not known each one does. */
export function isCounted(
  { of }: { readonly of: Counted | undefined },
  model: CountedModel | undefined,
): boolean {
  return of === undefined || model === undefined || of.counts(model);
}
