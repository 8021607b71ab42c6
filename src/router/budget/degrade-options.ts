import { InvalidOptionError } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";

/** A soft limit of a budget, and what the policy may choose from it on. It works with any policy. */
export interface DegradeOptions<Id extends string = string> {
  /** Share of the limit from which it holds, in (0, 1]. Default 0.8. */
  readonly from?: number | undefined;
  /** Models that the policy may choose then: one or several ids of the router. */
  readonly to: Id | readonly Id[];
  /**
   * Complexity below which it holds, in (0, 1]: harder requests, and those without a classification, are left to the
   * policy. `threshold` with `at: 0.6` and this at 0.9 is a threshold of 0.9. Default: it holds for all requests.
   */
  readonly below?: number | undefined;
}

export const degradeOptions: OptionTable<DegradeOptions, "below"> = {
  from: { is: "share", above: 0, default: 0.8 },
  to: { is: "any", expected: "ids of models" },
  below: { is: "share", above: 0, optional: true },
};

/** A soft limit with its defaults. */
export interface DegradeStep {
  readonly from: number;
  readonly to: readonly string[];
  readonly below: number | undefined;
}

/** Largest number of soft limits of a budget. */
const mostSteps = 8;

/** Checks soft limits and returns copies, the lowest first. Throws `InvalidOptionError`. */
export function resolveDegrade(
  option: string,
  given: unknown,
  ids: readonly string[] | undefined,
): readonly DegradeStep[] {
  if (given === undefined) return [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > mostSteps)
    throw new InvalidOptionError(option, given, `at most ${mostSteps} soft limits`);
  const steps = list.map((one, at) => stepOf(Array.isArray(given) ? `${option}[${at}]` : option, one, ids));
  return Object.freeze(steps.sort((one, other) => one.from - other.from));
}

function stepOf(option: string, given: unknown, ids: readonly string[] | undefined): DegradeStep {
  const { from, to, below } = readOptions(option, degradeOptions, given as DegradeOptions);
  const list: readonly unknown[] = Array.isArray(to) ? [...to] : [to];
  for (const id of list)
    if (typeof id !== "string" || id === "" || (ids !== undefined && !ids.includes(id)))
      throw new InvalidOptionError(
        `${option}.to`,
        id,
        ids === undefined ? "ids of models" : `one of ${ids.join(", ")}`,
      );
  if (list.length === 0) throw new InvalidOptionError(`${option}.to`, to, "at least one id");
  return Object.freeze({ from, to: Object.freeze(list as string[]), below });
}
