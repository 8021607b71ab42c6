import { describe, test } from "vitest";
import { reportData } from "../../../evals/report/report-data.ts";
import { pairReportOptions, routerReportOptions } from "../../../evals/report/report-options.ts";
import { threshold } from "../../../policies/threshold.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const records = tuneRecords(10);
const common = { now: Date.parse("2026-12-01T00:00:00Z"), resamples: 2 };
const router = createRouter({
  models: { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) },
  policy: threshold({ small: "small", large: "large", at: 0.5 }),
  classifier: stated,
});

const suites = {
  "reportData on two models": optionConformance({
    owner: "report",
    table: pairReportOptions,
    valid: { ...common, small: "small", large: "large", classifier: stated },
    use: (options) => reportData(records, options),
  }),
  "reportData on a router": optionConformance({
    owner: "report",
    table: routerReportOptions,
    valid: { ...common, router },
    use: (options) => reportData(records, options && { ...options, router: options.router }),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
