import {
  type Check,
  InvalidOptionError,
  type Policy,
  type PolicyDescription,
} from "../../src/contracts/index.ts";
import { always } from "../always.ts";
import { type ByTaskOptions, byTask } from "../by-task.ts";
import { type CascadeOptions, cascade } from "../cascade.ts";
import { type FixedThresholdOptions, threshold } from "../threshold.ts";
import { type TiersOptions, tiers } from "../tiers.ts";
import type { ModelOrPolicy } from "./nested.ts";

/** Makes the check that has a name. */
type CheckOf = (name: string) => Check;

/**
 * The policies that their parameters determine, each as a function of them. A parameter that does not fit is refused by
 * the policy itself.
 */
const makers: Readonly<Record<string, (parameters: never, checkOf: CheckOf) => Policy<string> | undefined>> =
  {
    always: ({ model }: { readonly model: string }) => always(model),
    byTask: ({ tasks, otherwise }: ByTaskOptions<string>, checkOf) => {
      if (typeof tasks !== "object" || tasks === null)
        throw new InvalidOptionError("byTask.tasks", tasks, "an object of models and policies");
      const made = Object.entries(tasks).map(([category, use]) => [category, useOf(use, checkOf)] as const);
      const rest = useOf(otherwise, checkOf);
      if (rest === undefined || made.some(([, use]) => use === undefined)) return undefined;
      return byTask({ tasks: Object.fromEntries(made) as ByTaskOptions<string>["tasks"], otherwise: rest });
    },
    cascade: (parameters: Omit<CascadeOptions<string>, "first" | "then"> & CascadeParameters, checkOf) => {
      const { models, unless, acceptance, skipAt } = parameters;
      const [first, ...then] = Array.isArray(models) ? models : [];
      return cascade({ first, then, unless: checkOf(unless), acceptance, skipAt });
    },
    threshold: (parameters: FixedThresholdOptions<string>) => threshold(parameters),
    tiers: (parameters: TiersOptions<string>) => tiers(parameters),
  };

interface CascadeParameters {
  readonly models: readonly [string, ...(readonly string[])];
  readonly unless: string;
}

/** Makes a policy of its description; undefined if the parameters do not determine it. Throws `InvalidOptionError`. */
export function fromDescription(
  { name, parameters = {} }: PolicyDescription,
  checkOf: CheckOf,
): Policy<string> | undefined {
  return Object.hasOwn(makers, name) ? makers[name]?.(parameters as never, checkOf) : undefined;
}

function useOf(use: ModelOrPolicy<string>, checkOf: CheckOf): ModelOrPolicy<string> | undefined {
  return typeof use === "object" && use !== null ? fromDescription(use, checkOf) : use;
}
