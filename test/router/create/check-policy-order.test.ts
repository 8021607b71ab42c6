import { expect, it, test } from "vitest";
import {
  byTask,
  explore,
  firstOf,
  guarded,
  mix,
  override,
  rules,
  sticky,
  threshold,
  when,
} from "../../../policies/index.ts";
import { createRouter, type Policy } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };
const split = threshold<Id>({ small: "small", large: "large", at: 0.5 });
const routerOf = (policy: Policy<Id>) => createRouter({ models, policy });

/** A policy of a user, with what it declares. */
const own = (name: string, inner: Policy<Id>, declared: Partial<Policy<Id>> = {}): Policy<Id> => ({
  name,
  models: inner.models,
  reads: inner.reads,
  inner: [inner],
  select: (context) => inner.select(context),
  ...declared,
});
const promise = (inner: Policy<Id>) => own("promise", inner, { order: "promise" });

test("a policy of any name may stand around any other: only what it declares counts", () => {
  for (const name of ["sticky", "rollout", "keepPromise"])
    expect(() => routerOf(own(name, promise(guarded(split))))).toThrow("guarded inside promise");
  for (const name of ["sticky", "rollout", "guarded"])
    expect(() => routerOf(own(name, promise(split)))).not.toThrow();
});

test("the order of answers is that of the declared places", () => {
  const session = (inner: Policy<Id>) => own("mySticky", inner, { order: "session" });
  const canary = (inner: Policy<Id>) => own("canary", inner, { order: "rollout" });
  const cap = (inner: Policy<Id>) => own("myCap", inner, { order: "tenant-cap" });
  expect(() => routerOf(cap(promise(session(canary(split)))))).not.toThrow();
  expect(() => routerOf(session(promise(split)))).toThrow(
    'policy must be promise around mySticky, which would keep a conversation on its model: promise(mySticky(…)), got "promise inside mySticky"',
  );
  expect(() => routerOf(canary(promise(split)))).toThrow("promise inside canary");
  expect(() => routerOf(canary(cap(split)))).toThrow("myCap outermost, since a cap of a tenant comes first");
  expect(() => routerOf(promise(cap(split)))).toThrow("myCap inside promise");
});

test.each<[string, (inner: Policy<Id>) => Policy<Id>]>([
  ["byTask", (inner) => byTask({ tasks: { code: inner }, otherwise: "small" })],
  ["byTask, otherwise", (inner) => byTask({ tasks: { code: "small" }, otherwise: inner })],
  ["explore", (inner) => explore(0.1, inner)],
  ["firstOf", (inner) => firstOf(split, inner)],
  ["mix", (inner) => mix([{ weight: 1, use: inner }])],
  ["override", (inner) => override({ label: "flag", values: { on: inner }, otherwise: "small" })],
  [
    "rules",
    (inner) =>
      rules([
        { if: { tools: true }, use: inner },
        { if: { tools: false }, use: "small" },
      ]),
  ],
  ["when", (inner) => when(() => true, inner)],
])("the order holds across %s", (_, between) => {
  expect(() => routerOf(sticky(between(promise(split))))).toThrow("promise inside sticky");
});

it.each<[string, Partial<Policy<Id>> & object, string]>([
  ["inner that is no list", { inner: split as never }, "policy.inner must be an array of policies"],
  ["inner that holds no policy", { inner: [{ name: "x" } as never] }, "policy.inner[0]"],
  ["a policy without a name", { inner: [own("x", { ...split, name: "" })] }, "policy.inner[0].inner[0].name"],
  [
    "an unknown place",
    { order: "first" as never },
    'policy.order must be one of tenant-cap, promise, session, rollout, got "first"',
  ],
  ["a place that every object has", { order: "constructor" as never }, "policy.order must be one of"],
  [
    "guards that is no truth value",
    { guards: "false" as never },
    'policy.guards must be true or false, got "false"',
  ],
  ["a guard of nothing", { guards: true, inner: [] }, "policy.guards must be false without a policy"],
])("refuses %s", (_, declared, message) => {
  expect(() => routerOf(own("own", split, declared))).toThrow(message);
});

it("refuses a policy within itself", () => {
  const loop = { ...own("loop", split), inner: [] as Policy<Id>[] };
  loop.inner.push(loop, loop);
  expect(() => routerOf(loop)).toThrow("at most 64 deep");
});
