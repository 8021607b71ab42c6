import { expect, test } from "vitest";
import { always, firstOf, when } from "../../policies/index.ts";
import { InvalidOptionError, isRouterError, type Policy } from "../../src/contracts/index.ts";
import { factsOf } from "../../src/testing/index.ts";
import { sharesOf } from "../support/shares-of.ts";

const longTalk = ({ request }: { request: { turns: number } }) => request.turns > 3;

test("the policy is asked where the condition holds", () => {
  const policy = firstOf(when(longTalk, always("large")), always("small"));
  const among = ["small", "large"];
  expect(sharesOf(policy, among, { request: factsOf({ turns: 4 }) })).toEqual({ large: 1 });
  expect(sharesOf(policy, among, { request: factsOf({ turns: 3 }) })).toEqual({ small: 1 });
});

test("the condition receives the whole policy context", () => {
  const candidatesKnown = when(({ candidates, classification }) => {
    return candidates.length === 2 && classification?.complexity === 0.25;
  }, always("a"));
  expect(sharesOf(candidatesKnown, ["a", "b"], { complexity: 0.25 })).toEqual({ a: 1 });
  expect(sharesOf(candidatesKnown, ["a"], { complexity: 0.25 })).toEqual({});
});

test("its parameters describe it, with the name of the condition", () => {
  const nested = { name: "always", parameters: { model: "a" } };
  expect(when(longTalk, always("a"))).toMatchObject({
    name: "when",
    models: ["a"],
    parameters: { condition: "longTalk", policy: nested },
  });
  expect(when(() => true, always("a")).parameters).toEqual({ condition: "anonymous", policy: nested });
});

test.each([
  ["a promise", async () => true, "a value of type object"],
  ["a text", () => "yes", "a value of type string"],
  ["nothing", () => undefined, "a value of type undefined"],
])("a condition that returns %s is a policy error", (_, condition, message) => {
  const policy = when(condition as unknown as () => boolean, always("a"));
  const error = errorOf(() => sharesOf(policy, ["a"]));
  expect(isRouterError(error, "policy")).toBe(true);
  expect((error as Error).message).toContain(message);
});

test.each<[unknown, unknown, string]>([
  [true, always("a"), "when.condition must be a function of the context, got true"],
  [() => true, "a", "when.policy must be an object with select()"],
  [() => true, undefined, "when.policy must be an object with select()"],
])("when(%j, %j) is refused", (condition, policy, message) => {
  const build = () => when(condition as () => boolean, policy as Policy<"a">);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
