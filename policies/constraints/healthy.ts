import type { Constraint } from "../../src/contracts/index.ts";

/**
 * Permits only models that have not failed too often recently. A model of unknown health is permitted.
 * If all are unhealthy, the request fails at once instead of waiting for calls that would fail too.
 */
export function healthy(): Constraint {
  return {
    name: "healthy",
    permits: ({ health }) => health?.healthy !== false || "too many of its recent calls failed",
  };
}
