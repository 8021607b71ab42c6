import { describe, expect, it } from "vitest";
import type { LimitOptions } from "../../../src/contracts/index.ts";
import { makeLimits } from "../../support/state/make-limits.ts";

describe("options of limits", () => {
  it("names the model that the router does not have", () => {
    expect(() => makeLimits({ models: { medium: {} } } as LimitOptions)).toThrow(
      "execution.limits.models.medium must be absent: known options are small, large",
    );
  });
});
