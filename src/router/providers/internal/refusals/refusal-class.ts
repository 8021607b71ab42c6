import type { LackedCapability, ProviderErrorKind } from "../../../../contracts/index.ts";

/** Kinds that mean the same whatever the status is. */
type PlainKind = Exclude<
  ProviderErrorKind,
  | "invalid-request"
  | "context-overflow"
  | "content-filter"
  | "saturated"
  | "incomplete"
  | "unsupported"
  | "unknown"
>;

/** Meaning of a refusal. */
export type RefusalClass =
  /** The request's content was refused. It goes to no other model: one filter must not be evaded by the next. */
  | "content"
  /** The model wrote something that its server refused: a call of no tool, JSON that does not fit its schema. */
  | "failed-answer"
  /** The account's balance or quota is used up: waiting does not help. */
  | "spent"
  /** The call alone is above a rate: waiting does not help, another model may have a larger rate. */
  | "above-rate"
  | "overflow"
  /** An own server has no room right now. */
  | "saturated"
  /** The model lacks something that the request needs. */
  | `lacks ${LackedCapability}`
  /** This model or its server refuses what others may accept. */
  | "one-model"
  /** The fault is in the request: any model would refuse it. */
  | "own-fault"
  | PlainKind;

/** Order of the classes: of several that a refusal shows signs of the first one counts. Those not listed come last. */
export const precedence: readonly RefusalClass[] = [
  "content",
  "failed-answer",
  "spent",
  "above-rate",
  "overflow",
  "lacks tools",
  "lacks images",
  "lacks jsonSchema",
  "lacks audio",
  "lacks documents",
  "lacks effort",
  "lacks systemRole",
  "lacks turnOrder",
  "lacks callIds",
  "lacks laterSystem",
  "lacks developerRole",
  "lacks webSearch",
  "one-model",
  "own-fault",
  "not-found",
  "authentication",
  "permission",
  "too-large",
  "saturated",
  "rate-limit",
  "overloaded",
  "timeout",
  "conflict",
  "connection",
  "server",
];
