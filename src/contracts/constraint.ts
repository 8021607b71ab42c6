import type { Hop } from "./hop.ts";
import type { Candidate } from "./model.ts";
import type { RequestFacts } from "./request-facts.ts";

export interface ConstraintContext {
  readonly request: RequestFacts;
  readonly hop: Hop;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
}

/**
 * Says which models may serve a request: evaluated for each model, again at every hop. Holds no
 * state. One that a team chose fails closed: a label or price that is not known is not permitted.
 */
export interface Constraint<Id extends string = string> {
  readonly name: string;
  /** The ids it names: `createRouter` refuses one that is not among its models. */
  readonly models?: readonly string[] | undefined;
  // A method: `Constraint<"small">` must be usable where the ids are `"small" | "large"` (bivariance).
  /** `true`, or the reason why not. One that throws does not permit. */
  permits(candidate: Candidate<Id>, context: ConstraintContext): true | string;
}

/**
 * A list of constraints. `readonly []` makes the compiler read a literal list as a tuple; as an
 * array, `[inEurope, only("smal")]` would compile: the type of the one absorbs that of the other.
 */
export type Constraints<Id extends string = string> = readonly [] | readonly Constraint<Id>[];
