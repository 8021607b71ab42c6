import type { Routing } from "../contracts/index.ts";

/** Fields of a request that stay with the router: no provider gets them. */
export const routingFields: readonly (keyof Routing)[] = [
  "session",
  "tenant",
  "labels",
  "category",
  "language",
  "constraints",
  "maxCostUsd",
  "deadlineMs",
  "model",
  "fallback",
];
