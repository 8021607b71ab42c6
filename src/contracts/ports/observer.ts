import type { NeededCapability } from "../capabilities.ts";
import type { Attempt } from "../decision.ts";
import type { Hop } from "../hop.ts";
import type { Call } from "./call.ts";

/** Facts of the request of a call that has ended. */
export interface EndedCall {
  /** Tenant of the request, also where the call was made for a classifier or a check. */
  readonly tenant: string | undefined;
  readonly unlisted: boolean;
}

/** A model that a policy did not see, since it is not known to have a capability. */
export interface WithheldModel {
  readonly model: string;
  readonly name: string;
  readonly capability: NeededCapability | "contentTypes";
}

/** Receives each step of a router's calls. Never throws. */
export interface Observer {
  started(call: Call): void;
  /** True if a listener surrounds calls, so that `within` is needed. */
  readonly surrounds: boolean;
  /** Runs a part of a call within the listeners that surround calls, and returns what it returns, or throws what it throws. */
  within<T>(call: Call, work: () => T): T;
  /** Reports that a model was skipped although it was next. */
  skipped(requestId: string, model: string, hop: Hop, reason: string): void;
  /** Reports models that a decision kept from its policy, since others are known to have what the request needs. */
  withheld(models: readonly WithheldModel[]): void;
  /**
   * Reports a call that has ended, before the next step is chosen: what is learnt here counts for it. `shown`: see
   * `Call.unproven`; those of them that the answer has shown.
   */
  learnt(call: Call, attempt: Attempt, shown?: readonly NeededCapability[]): void;
  /**
   * Reports a call that has ended, once the next step is known. `of.unlisted`: the request's end was reported
   * before, or never is. Returns the copy that listeners got; undefined if there are none.
   */
  ended(call: Call, attempt: Attempt, of: EndedCall): Attempt | undefined;
}
