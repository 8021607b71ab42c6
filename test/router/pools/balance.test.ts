import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Member } from "../../../src/contracts/index.ts";
import { leastInFlight } from "../../../src/router/pools/balance/least-in-flight.ts";
import { leastLoaded } from "../../../src/router/pools/balance/least-loaded.ts";
import { powerOfTwo } from "../../../src/router/pools/balance/power-of-two.ts";
import { prefixAffinity } from "../../../src/router/pools/balance/prefix-affinity.ts";
import { roundRobin } from "../../../src/router/pools/balance/round-robin.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";

const memberOf = (name: string, inFlight = 0, load?: Member["load"]): Member => {
  const model = fakeModel({ name });
  return { key: `qwen@${name}`, model, facts: model, state: "ready", inFlight, load };
};

const count = fc.nat({ max: 50 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const loads = maybe(
  fc.record({
    running: maybe(count),
    waiting: maybe(count),
    kvUsage: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    ageMs: count,
  }),
);
const members = fc
  .array(fc.record({ inFlight: count, load: loads }), { maxLength: 8 })
  .map((all) => all.map(({ inFlight, load }, index) => memberOf(`gpu-${index}`, inFlight, load)));
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const contexts = fc.record({ key: maybe(fc.string()), draws: fc.tuple(draw, draw), turn: fc.nat() });

describe.each([
  roundRobin,
  leastInFlight,
  powerOfTwo,
  leastLoaded(),
  leastLoaded({ queue: 2, kv: 0 }),
  prefixAffinity(),
  prefixAffinity({ by: "prefix", maxLoadRatio: 1 }),
])("$name", (rule) => {
  it("orders every member once, the same for the same inputs, and changes none", () => {
    fc.assert(
      fc.property(members, contexts, (given, context) => {
        const before = JSON.stringify(given);
        const order = rule.order(given, context);
        expect([...order].sort((a, b) => a - b)).toEqual(given.map((_, index) => index));
        expect(rule.order(given, context)).toEqual(order);
        expect(JSON.stringify(given)).toBe(before);
      }),
      numRuns(500),
    );
  });
});

const context = { draws: [0.3, 0.7], turn: 5 } as const;
const keys = Array.from({ length: 2_000 }, (_, index) => `session ${index}`);

test("leastInFlight asks the member with the fewest calls first", () => {
  const given = [memberOf("a", 3), memberOf("b", 1), memberOf("c", 2)];
  expect(leastInFlight.order(given, context)).toEqual([1, 2, 0]);
});

test("leastLoaded weighs queue and cache, and takes what is not known for the mean of the others", () => {
  const load = (waiting: number | undefined, kvUsage: number) => ({ waiting, kvUsage, ageMs: 0 });
  const given = [
    memberOf("a", 0, load(4, 0.1)),
    memberOf("b", 0, load(undefined, 0.1)),
    memberOf("c", 0, load(0, 0.9)),
  ];
  expect(leastLoaded({ kv: 0 }).order(given, context)).toEqual([2, 1, 0]);
  expect(leastLoaded({ queue: 0 }).order(given, { ...context, draws: [0, 0] })).toEqual([1, 0, 2]);
});

test("prefixAffinity moves only the keys of the member that goes, and spreads them evenly", () => {
  const rule = prefixAffinity({ maxLoadRatio: 8 });
  const all = Array.from({ length: 8 }, (_, index) => memberOf(`gpu-${index}`));
  const fewer = all.slice(1);
  const shares = new Map<number, number>();
  for (const key of keys) {
    const [first = -1] = rule.order(all, { ...context, key });
    const [without = -1] = rule.order(fewer, { ...context, key });
    shares.set(first, (shares.get(first) ?? 0) + 1);
    if (first !== 0) expect(fewer[without]).toBe(all[first]);
  }
  for (const share of shares.values()) expect(Math.abs(share - 250)).toBeLessThan(75);
  expect(shares.size).toBe(8);
});

test("prefixAffinity keeps the load of each member within its share", () => {
  const rule = prefixAffinity({ maxLoadRatio: 1.25 });
  const inFlight = [0, 0, 0, 0];
  for (let call = 1; call <= 400; call += 1) {
    const given = inFlight.map((calls, index) => memberOf(`gpu-${index}`, calls));
    const [first = 0] = rule.order(given, { ...context, key: "one and the same" });
    inFlight[first] = (inFlight[first] ?? 0) + 1;
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(Math.ceil((1.25 * call) / 4));
  }
});

test("prefixAffinity passes over a member whose engine has a queue", () => {
  const free = [memberOf("a"), memberOf("b"), memberOf("c")];
  const rule = prefixAffinity();
  const [first = 0] = rule.order(free, { ...context, key: "k" });
  const busy = free.map((one, index) => (index === first ? { ...one, load: { waiting: 1, ageMs: 0 } } : one));
  expect(rule.order(busy, { ...context, key: "k" }).at(-1)).toBe(first);
});
