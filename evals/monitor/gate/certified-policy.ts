import { agree, allOf, anyOf, logprob } from "../../../policies/checks/index.ts";
import { always, byTask, cascade, threshold, tiers } from "../../../policies/index.ts";
import {
  type Check,
  InvalidOptionError,
  type Model,
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
  const name = unless as string;
  const built = typeof name === "string" ? checkNamed(name) : undefined;
  const check: Check = built?.name === name ? withoutNothing(built) : { name, accepts: () => false };
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

/** Builds a check of its name, as tuning writes it; undefined for another one. */
function checkNamed(name: string): Check | undefined {
  const min = /^logprob\(min (-?[\d.]{1,20}(?:e-?\d{1,3})?)\)$/.exec(name)?.[1];
  if (min !== undefined) return Number(min) <= 0 ? logprob({ min: Number(min) }) : undefined;
  const combined = /^(allOf|anyOf)\((logprob\([^()]{1,40}\)), (.{1,300})\)$/s.exec(name);
  if (combined !== null) {
    const parts = [combined[2], combined[3]].map((part) => checkNamed(part ?? ""));
    const [one, other] = parts;
    if (one === undefined || other === undefined) return undefined;
    return combined[1] === "allOf" ? allOf(one, other) : anyOf(one, other);
  }
  const other = /^agree\(with (.{1,200})\)$/s.exec(name)?.[1];
  if (other === undefined) return undefined;
  const generate = () => Promise.reject(new Error("replay calls no model"));
  return agree({ with: { name: other, generate } as unknown as Model });
}

/** Returns a check that does not accept where the record lacks what it reads, as in tuning. */
function withoutNothing(check: Check): Check {
  return {
    ...check,
    recorded: (request, record) => check.recorded?.(request, record) ?? { accepted: false },
  };
}
