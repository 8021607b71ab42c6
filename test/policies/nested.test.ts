import fc from "fast-check";
import { expect, test } from "vitest";
import {
  always,
  byTask,
  explore,
  firstOf,
  mix,
  override,
  random,
  rules,
  threshold,
  tiers,
  when,
} from "../../policies/index.ts";
import { type Policy, type PolicyContext, PolicyError } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { runs } from "../support/runs.ts";
import { choicesAmong } from "../support/shares-of.ts";

const ids = ["a", "b", "c", "d"] as const;
type Id = (typeof ids)[number];

/** A tree of policies as data. */
type Tree =
  | { kind: "always"; model: Id }
  | { kind: "random" }
  | { kind: "partial"; shares: Record<Id, number> }
  | { kind: "threshold"; at: number; small: Id; large: Id }
  | { kind: "tiers"; cuts: number[] }
  | { kind: "when"; atLeastTurns: number; of: Tree }
  | { kind: "explore"; epsilon: number; among: Id[] | undefined; of: Tree }
  | { kind: "mix"; parts: { weight: number; of: Tree }[] }
  | { kind: "firstOf"; of: Tree[] }
  | { kind: "byTask" | "override"; entry: Tree; otherwise: Tree }
  | { kind: "rules"; list: { tools: boolean; of: Tree }[] };

function build(tree: Tree): Policy<Id> {
  switch (tree.kind) {
    case "always":
      return always(tree.model);
    case "random":
      return random();
    case "partial":
      return partialLottery(tree.shares);
    case "threshold":
      return threshold({ small: tree.small, large: tree.large, at: tree.at });
    case "tiers":
      return tiers({ models: ids, cuts: tree.cuts });
    case "when":
      return when(({ request }) => request.turns >= tree.atLeastTurns, build(tree.of));
    case "explore":
      return explore(tree.epsilon, build(tree.of), { among: tree.among });
    case "mix":
      return mix(tree.parts.map(({ weight, of }) => ({ weight, use: build(of) })));
    case "firstOf":
      return firstOf(...tree.of.map(build));
    case "byTask":
      return byTask({ tasks: { code: build(tree.entry) }, otherwise: build(tree.otherwise) });
    case "override":
      return override({ label: "flag", values: { on: build(tree.entry) }, otherwise: build(tree.otherwise) });
    case "rules":
      return rules(tree.list.map(({ tools, of }) => ({ if: { tools }, use: build(of) })));
  }
}

/** The probability of each id, computed from the definitions without code of the policies. */
type Shares = readonly number[];
const none: Shares = ids.map(() => 0);
const total = (shares: Shares) => shares.reduce((sum, share) => sum + share, 0);
const times = (shares: Shares, factor: number) => shares.map((share) => share * factor);
const plus = (one: Shares, other: Shares) => one.map((share, index) => share + (other[index] as number));
const all = (model: Id | undefined): Shares => ids.map((id) => (id === model ? 1 : 0));

function sharesBy(tree: Tree, context: PolicyContext<Id>): Shares {
  const permitted = ids.filter((id) => context.candidates.some((candidate) => candidate.id === id));
  const complexity = context.classification?.complexity;
  const then = (first: Shares, next: Tree) => plus(first, times(sharesBy(next, context), 1 - total(first)));
  switch (tree.kind) {
    case "always":
      return permitted.includes(tree.model) ? all(tree.model) : none;
    case "random":
      return ids.map((id) => (permitted.includes(id) ? 1 / permitted.length : 0));
    case "partial":
      return ids.map((id) => (permitted.includes(id) ? tree.shares[id] : 0));
    case "threshold": {
      const side = complexity === undefined || complexity >= tree.at ? tree.large : tree.small;
      const other = side === tree.large ? tree.small : tree.large;
      return all([side, other].find((id) => permitted.includes(id)));
    }
    case "tiers": {
      const at =
        complexity === undefined ? ids.length - 1 : tree.cuts.filter((cut) => complexity >= cut).length;
      return all([...ids.slice(at), ...ids.slice(0, at).reverse()].find((id) => permitted.includes(id)));
    }
    case "when":
      return context.request.turns >= tree.atLeastTurns ? sharesBy(tree.of, context) : none;
    case "explore": {
      const shares = sharesBy(tree.of, context);
      const explored = permitted.filter((id) => tree.among?.includes(id) ?? true);
      if (explored.length === 0) return shares;
      const even = ids.map((id) => (explored.includes(id) ? total(shares) / explored.length : 0));
      return plus(times(shares, 1 - tree.epsilon), times(even, tree.epsilon));
    }
    case "mix": {
      const sum = tree.parts.map(({ weight, of }) => times(sharesBy(of, context), weight)).reduce(plus, none);
      return total(sum) === 0 ? none : times(sum, 1 / total(sum));
    }
    case "firstOf":
      return tree.of.reduce((shares, next) => then(shares, next), none);
    case "byTask":
      return then(context.request.category === "code" ? sharesBy(tree.entry, context) : none, tree.otherwise);
    case "override":
      return then(
        context.request.labels["flag"] === "on" ? sharesBy(tree.entry, context) : none,
        tree.otherwise,
      );
    case "rules":
      return tree.list
        .filter(({ tools }) => tools === context.request.tools > 0)
        .reduce((shares, { of }) => then(shares, of), none);
  }
}

const id = fc.constantFrom(...ids);
const unit = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
/** Weights that sum to 1, some of them 0. */
const weights = (count: number) =>
  fc
    .array(fc.integer({ min: 0, max: 20 }), { minLength: count, maxLength: count })
    .filter((parts) => parts.some((part) => part > 0))
    .map((parts) => parts.map((part) => part / parts.reduce((sum, one) => sum + one, 0)));

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.record({ kind: fc.constant("always" as const), model: id }),
  fc.constant<Tree>({ kind: "random" }),
  weights(ids.length + 1).map(
    ([a = 0, b = 0, c = 0, d = 0]): Tree => ({ kind: "partial", shares: { a, b, c, d } }),
  ),
  fc
    .record({ at: unit, models: fc.uniqueArray(id, { minLength: 2, maxLength: 2 }) })
    .map(({ at, models: [small = "a", large = "b"] }): Tree => ({ kind: "threshold", at, small, large })),
  fc
    .uniqueArray(unit, { minLength: ids.length - 1, maxLength: ids.length - 1 })
    .map((cuts): Tree => ({ kind: "tiers", cuts: cuts.sort((one, other) => one - other) })),
);

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => {
  const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 });
  const of = tie("tree");
  return {
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.record({ kind: fc.constant("when" as const), atLeastTurns: fc.nat(3), of }),
      fc.record({
        kind: fc.constant("explore" as const),
        epsilon: unit,
        among: fc.option(fc.uniqueArray(id, { minLength: 1 }), { nil: undefined }),
        of,
      }),
      some(of).chain((trees) =>
        weights(trees.length).map(
          (list): Tree => ({
            kind: "mix",
            parts: trees.map((one, index) => ({ weight: list[index] as number, of: one })),
          }),
        ),
      ),
      fc.record({ kind: fc.constant("firstOf" as const), of: some(of) }),
      fc.record({ kind: fc.constantFrom("byTask" as const, "override" as const), entry: of, otherwise: of }),
      fc.record({ kind: fc.constant("rules" as const), list: some(fc.record({ tools: fc.boolean(), of })) }),
    ),
  };
}).tree;

const context: fc.Arbitrary<PolicyContext<Id>> = fc
  .record({
    permitted: fc.subarray([...ids], { minLength: 1 }),
    complexity: fc.option(unit, { nil: undefined }),
    turns: fc.integer({ min: 1, max: 3 }),
    tools: fc.nat(1),
    category: fc.constantFrom("code", "chat", undefined),
    flag: fc.constantFrom("on", "off"),
  })
  .map(({ permitted, complexity, flag, ...facts }) => ({
    request: factsOf({ ...facts, labels: { flag } }),
    classification: complexity === undefined ? undefined : { complexity },
    candidates: permitted.map((one) => candidateOf(one)),
    inputs: {},
    now: 0,
  }));

test("nested policies have the probabilities of their definitions: exact, summing to at most 1, only permitted models", () => {
  fc.assert(
    fc.property(tree, context, (given, { candidates, ...rest }) => {
      const choices = choicesAmong(build(given), candidates, rest);
      const stated = ids.map((one) =>
        total(choices.filter(({ model }) => model === one).map(({ probability = 1 }) => probability)),
      );
      for (const { model, reason, probability = 1 } of choices) {
        expect(candidates.map((candidate) => candidate.id)).toContain(model);
        expect(reason).not.toBe("");
        expect(probability).toBeGreaterThanOrEqual(0);
      }
      expect(total(stated)).toBeLessThanOrEqual(1 + 1e-9);
      const expected = sharesBy(given, { candidates, ...rest });
      for (const [index, share] of expected.entries()) expect(stated[index]).toBeCloseTo(share, 9);
    }),
    { numRuns: runs(500, 20_000) },
  );
});

test("nested policies list the models that they may name, and have JSON parameters", () => {
  fc.assert(
    fc.property(tree, context, (given, { candidates, ...rest }) => {
      const policy = build(given);
      expect(JSON.parse(JSON.stringify(policy.parameters ?? null))).toEqual(policy.parameters ?? null);
      const namesAll = JSON.stringify(given).match(/"random"|"explore"/) !== null;
      for (const { model } of choicesAmong(policy, candidates, rest))
        expect(namesAll || policy.models?.includes(model)).toBe(true);
    }),
    { numRuns: runs(200, 5_000) },
  );
});

test("a policy error deep inside is the router's to report", () => {
  const policy = explore(0.1, firstOf(when((() => 1) as unknown as () => boolean, random()), always("a")));
  expect(() => choicesAmong(policy, ids)).toThrow(PolicyError);
});
