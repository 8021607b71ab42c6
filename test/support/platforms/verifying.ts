import type { RecordedRequest, ScenarioWire } from "../../../src/testing/index.ts";

/**
 * Makes an endpoint verify each request before it answers as its scenario says. `fault` returns why a request is refused:
 * its connection is then dropped, which no case of the suite takes for an answer.
 */
export function verifying(
  wire: ScenarioWire,
  fault: (request: RecordedRequest) => string | undefined,
): ScenarioWire & { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const check = (request: RecordedRequest) => {
    const found = fault(request);
    if (found === undefined) return;
    faults.push(found);
    throw new Error(found);
  };
  return {
    ...wire,
    faults,
    isStream: (request) => {
      check(request);
      return wire.isStream(request);
    },
    answer: (answer, request) => {
      check(request);
      return wire.answer(answer, request);
    },
  };
}
