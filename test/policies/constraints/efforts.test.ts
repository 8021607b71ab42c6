import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../../policies/checks/index.ts";
import { except, only, safetyFloor } from "../../../policies/constraints/index.ts";
import { always, cascade, random } from "../../../policies/index.ts";
import type { Candidate, Constraint } from "../../../src/contracts/index.ts";
import { createRouter, efforts } from "../../../src/index.ts";
import { kinAmong } from "../../../src/router/decide/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";

const gpt = { provider: "openai", model: "gpt-5.5" } as const;
const models = () => ({
  small: fakeModel({ model: "small" }),
  ...efforts("large", fakeModel(gpt), ["low", "high"]),
  thorough: fakeModel({ ...gpt, name: "gpt-5.5, by hand" }),
});
type Id = keyof ReturnType<typeof models> | "large";

async function permitted(...constraints: readonly Constraint<Id>[]): Promise<readonly string[]> {
  const router = createRouter({ models: models(), policy: random(), constraints });
  const { candidates } = await router.decide("x");
  return candidates.filter((one) => one.permitted === true).map(({ model }) => model);
}

const exclusions: readonly (readonly [string, <const One extends Id>(...ids: One[]) => Constraint<One>])[] = [
  ["except", except],
  ["safetyFloor", (...forbid) => safetyFloor({ when: () => true, forbid })],
];

describe.each(exclusions)("%s", (_, excluding) => {
  it("takes an effort literally", async () => {
    expect(await permitted(excluding("large@high"))).toEqual(["small", "large@low", "thorough"]);
  });

  it("takes a base as all of its efforts, and as the same model under another id", async () => {
    expect(await permitted(excluding("large"))).toEqual(["small"]);
  });

  it("takes another id of the same model as all of its efforts", async () => {
    expect(await permitted(excluding("thorough"))).toEqual(["small"]);
  });

  it("keeps a judge that is the same model away by the base alone", async () => {
    const asked = async (...ids: readonly Id[]) => {
      const other = fakeModel({ ...gpt, name: "my judge", answer: '{"accept": true}' });
      const router = createRouter({
        models: { ...models(), mid: fakeModel({ model: "mid" }) },
        policy: cascade({ first: "small", then: "mid", unless: judge({ model: other }) }),
        constraints: [excluding(...ids)],
      });
      await router.route("x");
      return other.requests.length;
    };
    expect(await asked("large")).toBe(0);
    expect(await asked("large@low", "large@high")).toBe(1);
  });
});

describe("only", () => {
  it("permits an effort, or all of a base", async () => {
    expect(await permitted(only("large@low"))).toEqual(["large@low"]);
    expect(await permitted(only("large"))).toEqual(["large@low", "large@high"]);
  });
});

it("a base that there is none of is refused where the router is made", () => {
  const own = { "small@low": fakeModel() };
  const constraints = [except("small")] as unknown as readonly Constraint<"small@low">[];
  expect(() => createRouter({ models: own, policy: always("small@low"), constraints })).toThrow(
    "a model that constraint except names must be one of small@low",
  );
});

it("the request's own constraints take efforts and bases in the same way, and pins take efforts", async () => {
  const router = createRouter({ models: models(), policy: always("large@high") });
  const messages = [{ role: "user" as const, content: "x" }];
  const decide = async (constraint: Constraint<Id>) =>
    (await router.decide({ messages, model: "large@low", constraints: [constraint] })).model;
  expect(await decide(except("large@high"))).toBe("large@low");
  await expect(decide(except("large"))).rejects.toThrow("excluded");
  await expect(router.decide({ messages, model: "large" as "large@low" })).rejects.toThrow(
    "pins a model that the router does not have",
  );
});

it("whatever ids a router has: an id excludes itself, a base its efforts, any other id of a model all of it", () => {
  const level = fc.constantFrom("low", "high", "none");
  const name = fc.constantFrom("a", "b", "a@b");
  const entry = fc.oneof(
    fc.record({ base: name, effort: level, model: fc.constantFrom("m", "n") }),
    fc.record({ base: name, effort: fc.constant(undefined), model: fc.constantFrom("m", "n") }),
  );
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), fc.nat(), (entries, pick) => {
      const all = new Map(
        entries.map(({ base, effort, model }) => {
          const id = effort === undefined ? base : `${base}@${effort}`;
          const facts = { name: id, provider: "p", model, labels: {}, ...(effort && { effort }) };
          return [id, { id, base, facts }];
        }),
      );
      const kinOf = kinAmong([...all.values()]);
      const named = [...all.values()].flatMap(({ id, base }) => [id, base]);
      const excluded = named[pick % named.length] as string;
      for (const { id, base, facts } of all.values()) {
        const candidate: Candidate = { id, ...kinOf(id, facts), facts };
        const answer = except(excluded).permits(candidate, {} as never);
        const isPlain = all.get(excluded)?.facts.effort === undefined && all.has(excluded);
        const isBase = [...all.values()].some(
          (one) => one.facts.effort !== undefined && one.base === excluded && one.facts.model === facts.model,
        );
        const isSame = isPlain && all.get(excluded)?.facts.model === facts.model;
        const isOwn = facts.effort !== undefined && base === excluded;
        expect(answer === true).toBe(!(id === excluded || isOwn || isBase || isSame));
      }
    }),
    numRuns(1_000),
  );
});
