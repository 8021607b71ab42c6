import type { ConformanceCase } from "./conformance-case.ts";
import { abortCases } from "./provider-abort-cases.ts";
import { answerCases } from "./provider-answer-cases.ts";
import { failureCases } from "./provider-failure-cases.ts";
import { requestCases } from "./provider-request-cases.ts";
import type { ProviderSetup } from "./provider-setup.ts";

/**
 * Returns the requirements on every provider, as cases for any test runner; with `node:test`:
 *
 *     for (const { name, skip, run } of providerConformance({ serve }))
 *       test(name, { skip }, run);
 *
 * `serveScenario` provides the endpoint for a set-up whose API uses JSON and event streams over HTTP.
 */
export function providerConformance(setup: ProviderSetup): readonly ConformanceCase[] {
  return [...requestCases, ...answerCases, ...failureCases, ...abortCases].map(
    ({ name, needs = [], run }) => {
      const skip = needs.map((feature) => setup.without?.[feature]).find((reason) => reason !== undefined);
      return skip === undefined
        ? { name, run: () => run(setup) }
        : { name, skip, run: () => Promise.resolve() };
    },
  );
}
