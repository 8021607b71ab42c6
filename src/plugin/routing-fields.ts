import type { Routing } from "../contracts/index.ts";
import type { OptionTable } from "./options/option-table.ts";

/** The router checks the values with each request. */
const field = { is: "any", optional: true } as const;

export const routingOptions: OptionTable<Routing, keyof Routing> = {
  session: field,
  tenant: field,
  labels: field,
  category: field,
  language: field,
  codingAgent: field,
  step: field,
  constraints: field,
  maxCostUsd: field,
  deadlineMs: field,
  model: field,
  fallback: field,
};

/** Fields of a request that stay with the router: no provider gets them. */
export const routingFields: readonly (keyof Routing)[] = Object.keys(routingOptions) as (keyof Routing)[];
