import { expect, test } from "vitest";
import { providerTools } from "../../../policies/constraints/index.ts";
import type { Candidate, ConstraintContext, NativeProtocol } from "../../../src/contracts/index.ts";

const candidate = (speaks?: readonly NativeProtocol[]) =>
  ({ id: "a", facts: { name: "a", provider: "p", model: "a", labels: {}, speaks } }) as unknown as Candidate;
const context = (asked?: readonly string[], protocol?: NativeProtocol) =>
  ({ request: { providerTools: asked, protocol } }) as unknown as ConstraintContext;

test("a request without such tools goes to any model", () => {
  expect(providerTools().permits(candidate(), context())).toBe(true);
});

test("tools of a chat request are forbidden at every model", () => {
  expect(providerTools().permits(candidate(), context(["web_search_options"]))).toBe(
    "its provider would run web_search_options",
  );
});

test("tools of a request that goes as it came are forbidden at models that speak its protocol alone", () => {
  const forbidden = providerTools({ allow: ["web_search"] });
  const asked = context(["web_search_20250305", "code_execution_20260120"], "messages");
  expect(forbidden.permits(candidate(["messages"]), asked)).toBe(
    "its provider would run code_execution_20260120",
  );
  expect(forbidden.permits(candidate(["responses"]), asked)).toBe(true);
  expect(forbidden.permits(candidate(), asked)).toBe(true);
});

test("a name without a date allows all versions, one with a date itself", () => {
  const asked = context(["web_search_20250305", "web_search_20991231"], "messages");
  expect(providerTools({ allow: ["web_search"] }).permits(candidate(["messages"]), asked)).toBe(true);
  expect(providerTools({ allow: ["web_search_20250305"] }).permits(candidate(["messages"]), asked)).toBe(
    "its provider would run web_search_20991231",
  );
});
