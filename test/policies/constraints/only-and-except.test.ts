import { expect, test } from "vitest";
import { except, only } from "../../../policies/constraints/index.ts";
import { type Constraint, InvalidOptionError } from "../../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../../src/testing/index.ts";

const context = { request: factsOf(), hop: "answer", now: 0 } as const;
const small = candidateOf("small");
const large = candidateOf("large");
const judge = candidateOf("fake:judge");

test("only permits the models it names and says which", () => {
  const constraint: Constraint = only("small", "large");
  expect(constraint.permits(small, context)).toBe(true);
  expect(constraint.permits(large, context)).toBe(true);
  expect(constraint.permits(judge, context)).toBe("not among small, large");
});

test("except permits all but the models it names", () => {
  const constraint: Constraint = except("small");
  expect(constraint.permits(small, context)).toBe("excluded");
  expect(constraint.permits(large, context)).toBe(true);
  expect(constraint.permits(judge, context)).toBe(true);
});

test("they list their ids, so that a router can refuse one that it does not have", () => {
  expect(only("small", "large")).toMatchObject({ name: "only", models: ["small", "large"] });
  expect(except("large")).toMatchObject({ name: "except", models: ["large"] });
});

test.each([
  { name: "only", build: only },
  { name: "except", build: except },
])("$name refuses no id, an empty one and the same one twice", ({ name, build }) => {
  expect(() => build()).toThrow(InvalidOptionError);
  expect(() => build()).toThrow(`${name} must be given at least one model id`);
  expect(() => build("a", "")).toThrow(`${name}[1] must be a non-empty string, got ""`);
  expect(() => build("a", "b", "a")).toThrow(`${name}[2] must be an id that is not there already, got "a"`);
});
