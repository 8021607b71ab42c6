import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { explore, firstOf, mix, sticky, when } from "../../../policies/index.ts";
import type {
  ArmShare,
  Choice,
  Policy,
  PolicyInput,
  RequestFacts,
  UnitDraw,
} from "../../../src/contracts/index.ts";
import { PolicyError } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { settleArms } from "../../../src/router/decide/settle-arms.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
const models = { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) };

function tag(arm: string, low: number, high: number, comparison = "r"): ArmShare {
  return { comparison, arm, low, high };
}

function choice(model: Id, probability: number, ...arms: readonly ArmShare[]): Choice<Id> {
  return { model, reason: `for ${model}`, probability, ...(arms.length > 0 && { arms }) };
}

function unit(draw: number, unitHash = "0123456789ab"): UnitDraw {
  return { unitHash, draw };
}
/** The same number in another comparison, of a hash of its own. */
const hashIn = (comparison: string) => (comparison === "r" ? "0123456789ab" : "ba9876543210");

const candidate = tag("candidate", 0, 0.25);
const control = tag("control", 0.5, 1);
const between = tag("between", 0.25, 0.5);

describe("comparisons whose units are drawn by one hash", () => {
  test("are refused: nested, their arms would depend on each other, and propensities would be wrong", async () => {
    const input = (id: string, hash: (session: string) => number): PolicyInput => ({
      id,
      create: () => ({
        snapshot: () => null,
        unitOf: ({ session = "" }: RequestFacts) => ({
          unitHash: hash(session).toString(16).padStart(12, "0"),
          draw: (hash(session) % 100) / 100,
        }),
      }),
    });
    const nested = (outer: PolicyInput, inner: PolicyInput): Policy<Id> => ({
      name: "nested",
      reads: [outer, inner],
      select: () => [
        choice("small", 0.25, tag("a", 0, 0.5, outer.id), tag("x", 0, 0.5, inner.id)),
        choice("large", 0.25, tag("a", 0, 0.5, outer.id), tag("y", 0.5, 1, inner.id)),
        choice("large", 0.5, tag("b", 0.5, 1, outer.id)),
      ],
    });
    const hashed = (seed: number) => (session: string) =>
      Number.parseInt(createHash("sha256").update(`${seed} ${session}`).digest("hex").slice(0, 12), 16);
    const twins = createRouter({
      models,
      policy: nested(input("outer", hashed(1)), input("inner", hashed(1))),
    });
    const found: unknown[] = [];
    for (let session = 0; session < 20; session += 1)
      found.push(
        await twins
          .decide({ session: `s${session}`, messages: [{ role: "user", content: "Hi" }] })
          .catch((error: unknown) => error),
      );
    // Units of the outer arm without the inner comparison have one number only.
    const refused = found.filter((one) => one instanceof PolicyError);
    expect(refused.length).toBeGreaterThan(3);
    expect(String(refused[0])).toMatch(/outer and inner.*same hash and number/);
    const strangers = createRouter({
      models,
      policy: nested(input("outer", hashed(1)), input("inner", hashed(2))),
    });
    let small = 0;
    for (let session = 0; session < 2_000; session += 1) {
      const decision = await strangers.decide({
        session: `s${session}`,
        messages: [{ role: "user", content: "Hi" }],
      });
      expect(decision.propensity).toBe(decision.model === "small" ? 0.25 : 0.75);
      if (decision.model === "small") small += 1;
    }
    // 5 standard errors.
    expect(Math.abs(small - 500)).toBeLessThan(100);
  });
});

describe("arms are settled", () => {
  test.each([
    { draw: 0, arm: "candidate", share: 0.25, probabilities: [1, 0, 0] },
    { draw: 0.249, arm: "candidate", share: 0.25, probabilities: [1, 0, 0] },
    { draw: 0.25, arm: "between", share: 0.25, probabilities: [0, 1, 0] },
    { draw: 0.5, arm: "control", share: 0.5, probabilities: [0, 0, 1] },
    { draw: 0.999, arm: "control", share: 0.5, probabilities: [0, 0, 1] },
  ])("by the unit's number $draw: $arm", ({ draw, arm, share, probabilities }) => {
    const lottery = [
      choice("large", 0.25, candidate),
      choice("small", 0.25, between),
      choice("small", 0.5, control),
    ];
    expect(settleArms("p", lottery, () => unit(draw))).toEqual({
      probabilities,
      arms: [{ comparison: "r", arm, unitHash: "0123456789ab", draw, share }],
    });
  });

  test("with a lottery inside an arm, and an exploration around it that moves no unit", () => {
    // Of 0.8 a quarter for the candidate, half of that for each model; a fifth explores.
    const lottery = [
      choice("large", 0.1, candidate),
      choice("small", 0.1, candidate),
      choice("small", 0.6, tag("control", 0.25, 1)),
      choice("large", 0.15),
      choice("small", 0.05),
    ];
    expect(settleArms("p", lottery, () => unit(0.1)).probabilities.map(rounded)).toEqual([
      0.4, 0.4, 0, 0.15, 0.05,
    ]);
    expect(settleArms("p", lottery, () => unit(0.9)).probabilities.map(rounded)).toEqual([
      0, 0, 0.8, 0.15, 0.05,
    ]);
  });

  test("an arm without an opinion leaves all to the policies after it, and its units are still in it", () => {
    const lottery = [
      choice("small", 0, candidate),
      choice("small", 0.75, tag("control", 0.25, 1)),
      choice("large", 0.25),
    ];
    const settled = settleArms("p", lottery, () => unit(0.1));
    expect(settled.probabilities).toEqual([0, 0, 1]);
    expect(settled.arms?.[0]?.arm).toBe("candidate");
  });

  test("one comparison after the other, and one inside an arm has no part in the others", () => {
    const inner = (arm: string, low: number, high: number) => tag(arm, low, high, "inner");
    const lottery = [
      choice("large", 0.1, tag("a", 0, 0.2), inner("x", 0, 0.5)),
      choice("small", 0.1, tag("a", 0, 0.2), inner("y", 0.5, 1)),
      choice("small", 0.8, tag("b", 0.2, 1)),
    ];
    const asked: string[] = [];
    const at = (outer: number) => (comparison: string) => {
      asked.push(comparison);
      return unit(comparison === "r" ? outer : 0.7);
    };
    const inA = settleArms("p", lottery, at(0.1));
    expect(inA.probabilities).toEqual([0, 1, 0]);
    expect(inA.arms?.map(({ comparison, arm, share }) => [comparison, arm, rounded(share)])).toEqual([
      ["r", "a", 0.2],
      ["inner", "y", 0.5],
    ]);
    asked.length = 0;
    const inB = settleArms("p", lottery, at(0.3));
    expect(inB.probabilities).toEqual([0, 0, 1]);
    expect(inB.arms?.map(({ arm }) => arm)).toEqual(["b"]);
    expect(asked).toEqual(["r"]);
  });

  test("a request without a unit is in no arm: its choices keep their probabilities", () => {
    const lottery = [choice("large", 0.25, candidate), choice("small", 0.75, tag("control", 0.25, 1))];
    expect(settleArms("p", lottery, () => undefined)).toEqual({
      probabilities: [0.25, 0.75],
      arms: undefined,
    });
  });
});

describe("bad arms are refused", () => {
  const rest = choice("small", 0.5);
  test.each<{ what: string; lottery: readonly unknown[]; problem: RegExp }>([
    {
      what: "low above high",
      lottery: [choice("large", 0.5, tag("a", 0.6, 0.5)), rest],
      problem: /interval from 0\.6 to 0\.5/,
    },
    {
      what: "below 0",
      lottery: [choice("large", 0.5, tag("a", -0.1, 0.5)), rest],
      problem: /not within \[0, 1\]/,
    },
    {
      what: "above 1",
      lottery: [choice("large", 0.5, tag("a", 0.5, 1.1)), rest],
      problem: /not within \[0, 1\]/,
    },
    { what: "NaN", lottery: [choice("large", 0.5, tag("a", Number.NaN, 0.5)), rest], problem: /from NaN/ },
    {
      what: "a text as bound",
      lottery: [choice("large", 0.5, tag("a", "0" as never, 0.5)), rest],
      problem: /type string/,
    },
    {
      what: "overlapping",
      lottery: [choice("large", 0.5, tag("a", 0, 0.6)), choice("small", 0.5, tag("b", 0.5, 1))],
      problem: /overlap/,
    },
    {
      what: "one arm with two intervals",
      lottery: [choice("large", 0.5, tag("a", 0, 0.5)), choice("small", 0.5, tag("a", 0.5, 1))],
      problem: /two intervals/,
    },
    {
      what: "more probability than units",
      lottery: [choice("large", 0.5, tag("a", 0, 0.4)), rest],
      problem: /more than its part of the units, 0\.4/,
    },
    {
      what: "probability in an empty arm",
      lottery: [choice("large", 0.5, tag("a", 0.4, 0.4)), rest],
      problem: /more than its part/,
    },
    {
      what: "a comparison within itself",
      lottery: [choice("large", 0.5, tag("a", 0, 0.5), tag("b", 0.5, 1)), rest],
      problem: /part of itself/,
    },
    { what: "not a list", lottery: [{ ...choice("large", 0.5), arms: {} }, rest], problem: /not a list/ },
    {
      what: "null",
      lottery: [{ ...choice("large", 0.5), arms: [null] }, rest],
      problem: /without the names/,
    },
    { what: "no name", lottery: [choice("large", 0.5, tag("", 0, 0.5)), rest], problem: /without the names/ },
    {
      what: "a long name",
      lottery: [choice("large", 0.5, tag("a".repeat(201), 0, 0.5)), rest],
      problem: /without the names/,
    },
    {
      what: "too many arms",
      lottery: Array.from({ length: 20 }, (_, at) =>
        choice("large", 0.05, tag(`a${at}`, at / 20, (at + 1) / 20)),
      ),
      problem: /more than 16 arms/,
    },
    {
      what: "too many comparisons",
      lottery: Array.from({ length: 9 }, (_, at) => choice("large", 1 / 9, tag("a", 0, 1, `r${at}`))),
      problem: /more than 8 comparisons/,
    },
    {
      what: "units for which nothing is left",
      lottery: [choice("large", 0.5, tag("a", 0, 0.5)), choice("small", 0.5, tag("b", 0.4999999999, 1))],
      problem: /^$/,
    },
  ])("$what", ({ lottery, problem }) => {
    const settle = () => settleArms("mine", lottery as readonly Choice[], () => unit(0.1));
    if (problem.source === "^$") return expect(settle().probabilities).toEqual([1, 0]);
    expect(settle).toThrow(PolicyError);
    expect(settle).toThrow(/^policy mine /);
    expect(settle).toThrow(problem);
  });

  test("a unit for which its arm and all else have no opinion", () => {
    const lottery = [choice("small", 0, tag("a", 0, 0.5)), choice("small", 1, tag("b", 0, 1, "other"))];
    const unitOf = (draw: number) => (comparison: string) => unit(draw, hashIn(comparison));
    expect(settleArms("p", lottery, unitOf(0.2)).probabilities).toEqual([0, 1]);
    const alone = [
      choice("small", 0, candidate),
      choice("small", 0.7, tag("control", 0.25, 1)),
      choice("large", 0.3, tag("c", 0, 0.3, "s")),
    ];
    expect(() => settleArms("p", alone, (comparison) => unit(comparison === "r" ? 0.5 : 0.1))).not.toThrow();
    const gap = [choice("small", 0.5, tag("a", 0, 0.5)), choice("large", 0.5, tag("b", 0, 0.5, "s"))];
    expect(() => settleArms("p", gap, unitOf(0.9))).toThrow(/in no arm of the comparison s/);
  });
});

/** A policy with arms, and the input of its comparison. */
function armed(unitOf: unknown, lottery: readonly Choice<Id>[], id = "r"): Policy<Id> {
  const input = { id, create: () => ({ snapshot: () => null, unitOf }) } as unknown as PolicyInput;
  return { name: "armed", models: ["small", "large"], reads: [input], select: () => lottery };
}

const half = [choice("large", 0.5, tag("a", 0, 0.5)), choice("small", 0.5, tag("b", 0.5, 1))];
const bySession = ({ session }: RequestFacts) => (session === undefined ? undefined : unit(Number(session)));
const ask = (session?: string) => ({ session, messages: [{ role: "user" as const, content: "hi" }] });

describe("the router", () => {
  test("asks the input of the comparison, draws within the arm and states the probability over all units", async () => {
    const router = createRouter({ models, policy: explore(0.2, armed(bySession, half)), random: () => 0.1 });
    const decision = await router.decide(ask("0.3"));
    expect(decision.model).toBe("large");
    expect(decision.propensity).toBeCloseTo(0.5, 12);
    expect(decision.arms).toEqual([
      { comparison: "r", arm: "a", unitHash: "0123456789ab", draw: 0.3, share: 0.5 },
    ]);
    const other = await router.decide(ask("0.8"));
    expect([other.model, other.arms?.[0]?.arm]).toEqual(["small", "b"]);
  });

  test("keeps the arm where an exploration around the comparison decided", async () => {
    const router = createRouter({ models, policy: explore(0.2, armed(bySession, half)), random: () => 0.95 });
    const decision = await router.decide(ask("0.3"));
    expect([decision.model, decision.arms?.[0]?.arm]).toEqual(["large", "a"]);
    expect(decision.reason).toMatch(/exploration/);
  });

  test("enrols no pinned request, and none that names no unit", async () => {
    const router = createRouter({ models, policy: armed(bySession, half), random: () => 0.9 });
    expect((await router.decide({ ...ask("0.3"), model: "small" })).arms).toBeUndefined();
    const unnamed = await router.decide(ask());
    expect([unnamed.model, unnamed.propensity, unnamed.arms]).toEqual(["small", 0.5, undefined]);
  });

  test("gives the draw to the input, for units that are requests", async () => {
    const seen: number[] = [];
    const policy = armed((_: unknown, draw: number) => void seen.push(draw), half);
    await createRouter({ models, policy }).decide(ask("1"), { draw: 0.125 });
    expect(seen).toEqual([0.125]);
  });

  test.each<{ what: string; unitOf: unknown; problem: RegExp }>([
    {
      what: "throws",
      unitOf: () => {
        throw new TypeError("secret");
      },
      problem: /threw an error of type TypeError/,
    },
    { what: "is async", unitOf: async () => unit(0.5), problem: /must not be async/ },
    {
      what: "rejects",
      unitOf: async () => Promise.reject(new Error("secret")),
      problem: /must not be async/,
    },
    { what: "gives NaN", unitOf: () => unit(Number.NaN), problem: /a number in \[0, 1\)/ },
    { what: "gives 1", unitOf: () => unit(1), problem: /a number in \[0, 1\)/ },
    {
      what: "gives a name",
      unitOf: () => ({ unitHash: "alice@example", draw: 0.5 }),
      problem: /12 hex digits/,
    },
    { what: "gives null", unitOf: () => null, problem: /must return/ },
    { what: "is absent", unitOf: undefined, problem: /reads no input of that id/ },
  ])("refuses an input whose unitOf $what, and names the policy", async ({ unitOf, problem }) => {
    const router = createRouter({ models, policy: armed(unitOf, half) });
    const error = await router.decide(ask("1")).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(PolicyError);
    expect(String(error)).toMatch(/policy armed/);
    expect(String(error)).toMatch(problem);
    expect(String(error)).not.toMatch(/secret|alice/);
  });

  test.each([
    { what: "nothing", reads: undefined },
    { what: "something else", reads: [{ id: "other", create: () => ({ snapshot: () => 1 }) }] },
  ])("refuses a policy that reads $what", async ({ reads }) => {
    const policy: Policy<Id> = { ...armed(bySession, half), reads };
    await expect(createRouter({ models, policy }).decide(ask("1"))).rejects.toThrow(
      /reads no input of that id/,
    );
  });

  test("refuses two inputs of one id, and takes two comparisons of different ids", async () => {
    const twice = mix([
      { weight: 0.5, use: armed(bySession, half) },
      { weight: 0.5, use: armed(bySession, half) },
    ]);
    expect(() => createRouter({ models, policy: twice })).toThrow(/different for each input/);
    const other = half.map((one) => ({
      ...one,
      arms: one.arms?.map((arm) => ({ ...arm, comparison: "s" })),
    }));
    const two = mix([
      { weight: 0.5, use: armed(bySession, half) },
      {
        weight: 0.5,
        use: armed(({ session }: RequestFacts) => unit(Number(session), hashIn("s")), other, "s"),
      },
    ]);
    const decision = await createRouter({ models, policy: two, random: () => 0.1 }).decide(ask("0.1"));
    expect(decision.arms?.map(({ comparison, arm }) => comparison + arm)).toEqual(["ra", "sa"]);
    expect([decision.model, decision.propensity]).toEqual(["large", 0.5]);
  });

  test("settles a comparison that is asked for part of the requests only", async () => {
    const inner = armed(bySession, half);
    const isLong = ({ request }: { readonly request: RequestFacts }) => request.category === "code";
    const policy = firstOf(when(isLong, inner), mix({ small: 1, large: 0 }));
    const router = createRouter({ models, policy });
    expect((await router.decide({ ...ask("0.1"), category: "code" })).arms?.[0]?.arm).toBe("a");
    expect((await router.decide({ ...ask("0.1"), category: "chat" })).arms).toBeUndefined();
  });

  test("counts a turn of a tool loop for the arm, although the conversation stays where it is", async () => {
    const router = createRouter({ models, policy: sticky(armed(bySession, half)), random: () => 0.3 });
    await router.route({ ...ask("0.3"), model: "small" });
    const call = { id: "c", type: "function" as const, function: { name: "f", arguments: "{}" } };
    const decision = await router.decide({
      session: "0.3",
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c", content: "1" },
      ],
    });
    expect([decision.model, decision.propensity]).toEqual(["small", 1]);
    expect(decision.arms?.[0]?.arm).toBe("a");
    expect(decision.reason).toMatch(/tool loop/);
  });
});

function rounded(value: number): number {
  return Number(value.toFixed(12));
}
