import type { always, threshold } from "../../policies/index.ts";
import type { Releases } from "../../src/loop/index.ts";

/** Releases of the processes of a fleet under test. */
export function followedReleases(
  alwaysTo: typeof always,
  byThreshold: typeof threshold,
): Releases<"small" | "large"> {
  return {
    always: () => alwaysTo("large"),
    threshold: (data) =>
      byThreshold({ small: "small", large: "large", at: (data as { readonly at: number }).at }),
  };
}
