import type { Constraint } from "../../src/contracts/index.ts";

/**
 * No model that has failed too often of late. One of which nothing is known is permitted. Where all
 * are unhealthy the request fails at once instead of waiting for calls that will fail too.
 */
export function healthy(): Constraint {
  return {
    name: "healthy",
    permits: ({ health }) => health?.healthy !== false || "too many of its recent calls failed",
  };
}
