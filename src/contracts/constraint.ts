import type { ReasoningEffort } from "./chat.ts";
import type { Hop } from "./hop.ts";
import type { Candidate } from "./model.ts";
import type { RequestFacts } from "./request-facts.ts";

/** Everything that a constraint may look at besides the candidate. */
export interface ConstraintContext {
  readonly request: RequestFacts;
  readonly hop: Hop;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
}

/** Facts of a model before there is a request. */
export type ExcludableModel<Id extends string = string> = Pick<
  Candidate<Id>,
  "id" | "facts" | "sameAs" | "derivedFrom" | "namedBy"
>;

/**
 * Decides which models may serve a request. It is evaluated for each model, and again at every hop. A
 * constraint holds no state. It fails closed: a label or price that is not known is not permitted.
 */
export interface Constraint<Id extends string = string> {
  readonly name: string;
  /** Ids that the constraint names: `createRouter` refuses one that is not among its models. */
  readonly models?: readonly string[] | undefined;
  /**
   * The most that one call may cost in US dollars. Not needed by a constraint that refuses by an estimate
   * only; with it the router gives each call an output limit with which it cannot cost more.
   */
  readonly maxCallUsd?: number | undefined;
  /**
   * True if the constraint is a wish, which fails no request: the policy is asked about the models that it permits alone, unless
   * that leaves none, and execution may still fall back to others. Default: it is a rule, and holds at every hop.
   */
  readonly yields?: boolean | undefined;
  /**
   * Returns the reason why the model is permitted for no request at all; undefined if some request may have it, or if that is
   * not known. Asked when a router is made, so that a model which nothing can reach is told of. Absent: not known.
   */
  excludes?(model: ExcludableModel<Id>): string | undefined;
  // A method: `Constraint<"small">` must be usable where the ids are `"small" | "large"` (bivariance).
  /** Returns `true`, or the reason why not. A constraint that throws does not permit. */
  permits(candidate: Candidate<Id>, context: ConstraintContext): true | string;
}

/** Base of the ids that are efforts of a model: `large` of `large@high`. */
export type BaseId<Id extends string> = Id extends `${infer Base}@${ReasoningEffort}` ? Base : never;

/**
 * List of constraints, which may name the base of efforts. `readonly []` makes the compiler read a literal list as a tuple. Read as an
 * array, `[inEurope, only("smal")]` would compile, because the wider of the two types absorbs the other.
 */
export type Constraints<Id extends string = string> = readonly [] | readonly Constraint<Id | BaseId<Id>>[];
