import { test } from "vitest";
import { always } from "../../policies/always.ts";
import { createRouter } from "../../src/index.ts";
import { goldenRoutesOptions } from "../../src/testing/golden-routes.ts";
import { fakeModel, goldenRoutes, optionConformance } from "../../src/testing/index.ts";

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });

test.each(
  optionConformance({
    owner: "goldenRoutes",
    table: goldenRoutesOptions,
    valid: { router, requests: ["Hi"], snapshot: "/dev/null", update: true },
    use: goldenRoutes,
  }),
)("options of goldenRoutes: $name", ({ run }) => run());
