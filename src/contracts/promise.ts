import type { RequestFacts } from "./request-facts.ts";

/**
 * State of a promise on quality: `kept`; `at-risk` if what was observed no longer supports it; `broken` if it speaks
 * against it.
 */
export type PromiseState = "kept" | "at-risk" | "broken";

/**
 * A promise on the quality of answers that live traffic is held against. While it is at risk or broken, no soft limit
 * of a budget sends requests to cheaper models: hard limits alone bound the money. No decision is certified then.
 */
export interface QualityPromise {
  /** Returns the state for a request at once. One that throws, or returns anything else, counts as `at-risk`. */
  state(request: RequestFacts): PromiseState;
}
