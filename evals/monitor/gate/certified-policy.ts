import { always, byTask, cascade, threshold, tiers } from "../../../policies/index.ts";
import {
  type Check,
  InvalidOptionError,
  type Policy,
  type PolicyDescription,
} from "../../../src/contracts/index.ts";

/**
 * Builds the policy of a description, over names of models; `undefined` for a policy that its parameters do
 * not determine. Checks are known by their names: replay uses their recorded verdicts. Throws
 * `InvalidOptionError` if the parameters do not fit the policy.
 */
export function certifiedPolicy({ name, parameters = {} }: PolicyDescription): Policy<string> | undefined {
  // The policies check their parameters.
  const given = parameters as never;
  switch (name) {
    case "always":
      return always(parameters["model"] as string);
    case "threshold":
      return threshold<string>(given);
    case "tiers":
      return tiers<string>(given);
    case "cascade":
      return cascadeOf(parameters);
    case "byTask":
      return byTaskOf(parameters);
    default:
      return undefined;
  }
}

function cascadeOf({
  models,
  unless,
  acceptance,
  skipAt,
}: Readonly<Record<string, unknown>>): Policy<string> {
  const [first, ...then] = Array.isArray(models) ? (models as readonly string[]) : [];
  const check = { name: unless as string, accepts: () => false } satisfies Check;
  return cascade<string>({
    first: first as string,
    then,
    unless: check,
    acceptance: acceptance as number,
    skipAt: skipAt as number | undefined,
  });
}

function byTaskOf({ tasks, otherwise }: Readonly<Record<string, unknown>>): Policy<string> | undefined {
  if (typeof tasks !== "object" || tasks === null)
    throw new InvalidOptionError("byTask.tasks", tasks, "an object of models and policies");
  const used = Object.entries({ ...tasks }).map(([category, use]) => [category, useOf(use)] as const);
  const rest = useOf(otherwise);
  if (rest === undefined || used.some(([, use]) => use === undefined)) return undefined;
  return byTask<string>({
    tasks: Object.fromEntries(used) as Record<string, Policy<string>>,
    otherwise: rest,
  });
}

function useOf(use: unknown): string | Policy<string> | undefined {
  return typeof use === "object" && use !== null
    ? certifiedPolicy(use as PolicyDescription)
    : (use as string);
}
