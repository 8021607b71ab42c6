import { type LoadedOnUse, loadedOnUse } from "../../plugin/loaded-on-use.ts";

/** Module that keeps budgets at a desk: loaded for a router with shared state and budgets, before its first request is decided. */
export const lateSharedBudgets: LoadedOnUse<typeof import("./shared-budgets.ts")> = loadedOnUse(
  () => import("./shared-budgets.ts"),
);
