import { describe, test } from "vitest";
import { checkCertificate, checkCertificateOptions } from "../../../evals/monitor/gate/check-certificate.ts";
import { offPolicy, offPolicyOptions } from "../../../evals/monitor/off-policy/off-policy.ts";
import { tuneThreshold } from "../../../evals/tune/tune-threshold.ts";
import { always } from "../../../policies/always.ts";
import { isRouterError } from "../../../src/index.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";
import { stated } from "../../support/evals/records.ts";
import { tuneRecords } from "../../support/evals/tune-records.ts";

const tuning = tuneThreshold(tuneRecords(60), {
  small: "small",
  large: "large",
  classifier: stated,
  target: { maxLoss: 0.3 },
  resamples: 2,
});
const fresh = tuneRecords(120).slice(60);
const target = { models: { small: fakeModel() }, policy: always("small") };

const suites = {
  checkCertificate: optionConformance({
    owner: "checkCertificate",
    table: checkCertificateOptions,
    valid: { classifier: stated },
    use: async (options) => checkCertificate(await tuning, fresh, options),
  }),
  offPolicy: optionConformance({
    owner: "offPolicy",
    path: "",
    table: offPolicyOptions,
    valid: {},
    // Options are read before the log, which holds no decisions.
    use: (options) =>
      offPolicy([], target, options).catch((error: unknown) => {
        if (!isRouterError(error, "outcome-format")) throw error;
      }),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
