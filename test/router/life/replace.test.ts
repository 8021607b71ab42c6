import { describe, expect, it } from "vitest";
import { only } from "../../../policies/constraints/index.ts";
import { always, firstOf, mix, threshold } from "../../../policies/index.ts";
import type {
  Classifier,
  Decision,
  GoldenRoute,
  Policy,
  PolicyInput,
  PolicyInputState,
  Replacement,
  RouterEvent,
} from "../../../src/contracts/index.ts";
import { InvalidOptionError, isRouterError, type RouterOptions } from "../../../src/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";

/** Rates a request by the number in its text. */
const byNumber = (version = "1", add = 0): Classifier => ({
  name: "by-number",
  version,
  classify: ({ ask }) => ({ complexity: Math.min(1, Number(ask) + add) }),
});
const at = (cut: number) => threshold<Id>({ small: "small", large: "large", at: cut });

function make(options: Partial<RouterOptions<Id>> = {}) {
  const events: RouterEvent[] = [];
  const models = {
    small: fakeModel({ model: "s", labels: { region: "eu" } }),
    large: fakeModel({ model: "l", labels: { region: "us" } }),
  };
  const router = createRouter({
    models,
    policy: at(0.5),
    classifier: byNumber(),
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { router, models, events };
}

const refused = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (isRouterError(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("a replacement", () => {
  it("decides from then on, and tells the listeners", async () => {
    const { router, events } = make();
    expect((await router.decide("0.6")).model).toBe("large");
    const from = router.policy;
    const done = await router.replace({ policy: at(0.7), reason: "cheaper" });
    expect(done).toEqual({ from: done.from, to: done.to, dryRun: false });
    expect(done.from).not.toBe(done.to);
    expect(router.policy).not.toBe(from);
    const decision = await router.decide("0.6");
    expect(decision).toMatchObject({ model: "small", versions: { policy: done.to } });
    expect(events.filter(({ type }) => type === "parts-replaced")).toEqual([
      {
        type: "parts-replaced",
        at: expect.any(Number),
        from: done.from,
        to: done.to,
        reason: "cheaper",
        parts: ["policy"],
      },
    ]);
  });

  it("changes nothing as a dry run", async () => {
    const { router, events } = make();
    await router.decide("0.6");
    const policy = router.policy;
    const done = await router.replace({ policy: at(0.7), reason: "what if", dryRun: true });
    expect(done.from).not.toBe(done.to);
    expect(done.dryRun).toBe(true);
    expect(router.policy).toBe(policy);
    expect(events.map(({ type }) => type)).toEqual(["decision-made"]);
    expect(await refused(router.revert("nothing there"))).toMatchObject({ code: "invalid-request" });
  });

  it("of the classifier calls no model, also where the new one needs one", async () => {
    const { router } = make();
    await router.decide("0.3");
    const model = fakeModel({ model: "judge" });
    const judge: Classifier = {
      name: "judge",
      version: "1",
      async classify(request, hop) {
        await hop.generate(model, { messages: [{ role: "user", content: request.ask }] });
        return { complexity: 1 };
      },
    };
    await router.replace({ classifier: judge, reason: "r" });
    expect(model.requests).toEqual([]);
    expect((await router.decide("0.1")).versions.classifier).toBe("judge@1");
    expect(router.classifier).toEqual({ name: "judge", version: "1" });
  });

  it("of constraints holds for the next request, and goes with a revert", async () => {
    const { router } = make();
    const nobody = { name: "nobody", permits: () => "closed" };
    await router.replace({ constraints: [nobody], reason: "r" });
    expect(router.constraints).toEqual(["nobody"]);
    expect(await refused(router.decide("0.1"))).toMatchObject({ code: "no-eligible-model" });
    await router.revert("too much");
    expect(router.constraints).toEqual([]);
    expect((await router.decide("0.9")).model).toBe("large");
  });
});

describe("what is refused, and changes nothing", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["nothing", undefined, "replace must be an object of options, but it is missing"],
    ["no part", { reason: "r" }, "replace must be given at least one of policy, classifier"],
    ["no reason", { policy: at(0.7) }, "replace.reason must be a non-empty string, but it is missing"],
    ["a long reason", { policy: at(0.7), reason: "r".repeat(1_001) }, "a text of at most 1000 characters"],
    [
      "an unknown part",
      { models: {}, reason: "r" },
      "replace.models must be absent: known options are policy",
    ],
    [
      "a policy that is not one",
      { policy: null, reason: "r" },
      "policy must be an object with select(), got null",
    ],
    [
      "a policy for an absent model",
      { policy: always("medium"), reason: "r" },
      'a model that policy always names must be one of small, large, got "medium"',
    ],
    [
      "parameters that are not JSON",
      { policy: { ...at(0.7), parameters: { at: 1n } }, reason: "r" },
      "policy.parameters of threshold must be plain JSON",
    ],
    [
      "inputs with one id",
      {
        policy: { ...at(0.7), reads: [input("x").input, input("x").input] },
        reason: "r",
      },
      'policy.reads[1].id must be different for each input: share the object, got "x"',
    ],
    [
      "a classifier without a version",
      { classifier: { ...byNumber(), version: "" }, reason: "r" },
      "classifier.version",
    ],
    ["constraints in no list", { constraints: {}, reason: "r" }, "constraints must be an array"],
    ["a tuning without models", { tuning: { version: "1" }, reason: "r" }, "tuning.expiresAt must be a date"],
    [
      "a release without a hash",
      { release: "latest", reason: "r" },
      "release must be a release, or its hash",
    ],
    ["a dryRun that is not a boolean", { policy: at(0.7), reason: "r", dryRun: "yes" }, "replace.dryRun"],
    [
      "golden routes for an absent model",
      { golden: [{ request: "x", model: "m" }], reason: "r" },
      "golden[0]",
    ],
    [
      "golden routes without a model",
      { golden: [{ request: "x" }], reason: "r" },
      "golden[0] must be { request",
    ],
  ];
  it.each(cases)("%s", async (_, given, message) => {
    const { router, events } = make();
    for (const ask of ["0.1", "0.9"]) await router.decide(ask);
    const { policy, constraints } = router;
    const error = await refused(router.replace(given as Replacement<Id>));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toContain(message);
    expect(router.policy).toBe(policy);
    expect(router.constraints).toEqual(constraints);
    expect(events.filter(({ type }) => type === "parts-replaced")).toEqual([]);
    expect((await router.decide("0.6")).model).toBe("large");
  });

  it("a replacement and a revert of a closed router, also if it closes in between", async () => {
    const { router } = make();
    await router.replace({ policy: at(0.7), reason: "r" });
    const slow: Classifier = {
      ...byNumber("slow"),
      classify: () => new Promise((resolve) => setTimeout(resolve, 20, { complexity: 0.5 })),
    };
    const golden = [{ request: "0.6", in: ["small", "large"] }] as const;
    const replacing = refused(router.replace({ classifier: slow, golden, reason: "r" }));
    expect(router.isClosed).toBe(false);
    await router.close();
    expect(router.isClosed).toBe(true);
    expect((await replacing).message).toContain("the router is closed");
    expect((await refused(router.replace({ policy: at(0.5), reason: "r" }))).message).toContain("closed");
    expect((await refused(router.revert("r"))).message).toContain("closed");
    expect(router.classifier.version).toBe("1");
  });
});

describe("golden routes", () => {
  const golden: readonly GoldenRoute<Id>[] = [
    { request: "0.9", model: "large" },
    { request: { messages: [{ role: "user", content: "0.6" }], session: "s" }, in: ["large"] },
  ];

  it("hold against a replacement that would change them, with the model and no text of the request", async () => {
    const { router } = make({ golden });
    const error = await refused(router.replace({ policy: at(0.7), reason: "r" }));
    expect(error.message).toBe('replace.golden[1] must be a request for large, got "small"');
    await router.replace({ policy: at(0.55), reason: "r" });
    // Those of a replacement take their place, and come back with a revert.
    await router.replace({ policy: at(0.7), golden: golden.slice(0, 1), reason: "r" });
    await router.replace({ policy: at(0.8), reason: "r" });
    expect((await refused(router.replace({ policy: at(0.95), reason: "r" }))).message).toContain("golden[0]");
  });

  it("hold for every draw of a lottery", async () => {
    const { router } = make({ golden: [{ request: "0.9", model: "large" }] });
    const rarely = mix<Id>({ large: 0.999, small: 0.001 });
    expect((await refused(router.replace({ policy: rarely, reason: "r" }))).message).toContain('got "small"');
    await router.replace({
      policy: rarely,
      golden: [{ request: "0.9", in: ["small", "large"] }],
      reason: "r",
    });
  });

  it.each([0.02, 0.37, 0.611])("hold for what a lottery does rarely, anywhere in it: %s", async (before) => {
    const { router } = make({ golden: [{ request: "0.9", model: "large" }] });
    const rarely: Policy<Id> = {
      name: "rarely",
      parameters: { before },
      models: ["small", "large"],
      select: () => [
        { model: "large", reason: "x", probability: before },
        { model: "small", reason: "x", probability: 0.01 },
        { model: "large", reason: "x", probability: 0.99 - before },
      ],
    };
    expect((await refused(router.replace({ policy: rarely, reason: "r" }))).message).toContain('got "small"');
  });

  it("let the event loop turn while they look for the plans of a lottery", async () => {
    const { router } = make({ golden: [{ request: "0.9", in: ["small", "large"] }] });
    const hidden: Policy<Id> = {
      name: "hidden",
      models: ["small", "large"],
      select: () => [
        { model: "large", reason: "x", probability: 0.61 },
        { model: "small", reason: "x", probability: 0.0001 },
        { model: "large", reason: "x", probability: 0.3899 },
      ],
    };
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await router.replace({ policy: hidden, reason: "r" });
    isOver = true;
    expect(turns).toBeGreaterThan(20);
  });

  it("call no model, emit nothing, and need no budget", async () => {
    const { router, models, events } = make({ golden, budgets: [{ limitTokens: 1, period: "day" }] });
    await router.replace({ policy: at(0.55), reason: "r" });
    expect(events.map(({ type }) => type)).toEqual(["parts-replaced"]);
    expect([...models.small.requests, ...models.large.requests]).toEqual([]);
  });

  it("that cannot be decided are refused with the code of the error", async () => {
    const { router } = make({ golden: [{ request: "0.9", model: "large" }] });
    const error = await refused(router.replace({ constraints: [only<Id>("small")], reason: "r" }));
    expect(error.message).toBe('replace.golden[0] must be a request for large, got "small"');
    const none = { name: "none", permits: () => "closed" };
    expect((await refused(router.replace({ constraints: [none], reason: "r" }))).message).toContain(
      'got "an error: no-eligible-model"',
    );
    const broken: Policy<Id> = {
      name: "broken",
      select: () => {
        throw new TypeError("secret prompt");
      },
    };
    const thrown = await refused(router.replace({ policy: broken, reason: "r" }));
    expect(thrown.message).toBe('replace.golden[0] must be a request for large, got "an error: policy"');
  });
});

describe("revert", () => {
  it("puts back the parts of before, one level, and not what it took out", async () => {
    const { router, events } = make();
    const [a, b, c] = [router.policy, at(0.6), at(0.7)];
    await router.replace({ policy: b, reason: "b", release: "b".repeat(64) });
    await router.replace({ policy: c, reason: "c" });
    expect(router.release).toBeUndefined();
    const done = await router.revert("c is bad");
    expect(router.policy).toBe(b);
    expect(router.release).toBe("b".repeat(12));
    expect(done).toMatchObject({ toRelease: "b".repeat(12), dryRun: false });
    expect(events.at(-1)).toMatchObject({ reverted: true, reason: "c is bad", parts: ["policy", "release"] });
    expect((await refused(router.revert("again"))).message).toContain("nothing to revert");
    expect(router.policy).toBe(b);
    expect(a).not.toBe(b);
    expect((await refused(router.revert(""))).message).toContain("revert.reason");
  });
});

/** An input that counts decisions. */
function input(id: string, kept: { created: number; heard: number } = { created: 0, heard: 0 }) {
  const made: PolicyInput = {
    id,
    create(): PolicyInputState {
      kept.created += 1;
      let count = 0;
      return {
        snapshot: () => count,
        onlyReads: true,
        observe({ type }) {
          if (type !== "decision-made") return;
          count += 1;
          kept.heard += 1;
        },
        exportState: () => count,
        restoreState(state) {
          if (typeof state !== "number") throw new InvalidOptionError(id, state, "a number");
          count = state;
        },
      };
    },
  };
  return { input: made, kept };
}

describe("what policies read", () => {
  const reading = (...reads: PolicyInput[]): Policy<Id> => ({ ...always("small"), reads });
  const inputsOf = async (router: { decide(request: string): Promise<Decision<Id>> }) =>
    (await router.decide("0.5")).inputs;

  it("keeps its state if both read it, and what a new object of its id can read of it", async () => {
    const shared = input("n");
    const { router } = make({ policy: reading(shared.input) });
    await inputsOf(router);
    await router.replace({ policy: reading(shared.input, input("new").input), reason: "r" });
    expect(await inputsOf(router)).toEqual({ n: 1, new: 0 });
    await router.replace({ policy: reading(input("n").input), reason: "r" });
    expect(await inputsOf(router)).toEqual({ n: 2 });
    expect(shared.kept.created).toBe(1);
  });

  it("goes on hearing while its policy may come back, is exported until then, and never counts twice", async () => {
    const [first, second] = [input("first"), input("second")];
    const { router } = make({ policy: reading(first.input) });
    await router.replace({ policy: reading(second.input), reason: "r" });
    await router.decide("0.5");
    expect(router.exportState().inputs).toEqual({ second: 1, first: 1 });
    router.restoreState({ ...router.exportState(), inputs: { first: 7, second: 3 } });
    await router.revert("r");
    expect(await inputsOf(router)).toEqual({ first: 7 });
    await router.replace({ classifier: byNumber("2"), reason: "r" });
    // Another classifier means another state; only one of the two is told.
    first.kept.heard = 0;
    expect(await inputsOf(router)).toEqual({ first: 8 });
    expect(first.kept).toEqual({ created: 2, heard: 1 });
    expect(second.kept.heard).toBe(1);
    expect(router.exportState().inputs).toEqual({ first: 9 });
  });

  it("rests on the scores of its own classifier, also after a revert", async () => {
    const policy = threshold<Id>({ small: "small", large: "large", largeShare: 0.5 });
    const { router } = make({ policy });
    for (let count = 0; count < 100; count += 1) await router.decide(String(0.2 + count / 1_000));
    const cutOf = async () =>
      (Object.values((await router.decide("0.25")).inputs ?? {})[0] ?? {}) as Record<string, unknown>;
    expect(await cutOf()).toMatchObject({ scores: 100, classifier: "by-number@1" });
    await router.replace({ classifier: byNumber("2"), reason: "r" });
    expect(await cutOf()).toMatchObject({ scores: 0, classifier: "by-number@2" });
    await router.revert("r");
    expect(await cutOf()).toMatchObject({ scores: 101, classifier: "by-number@1" });
  });
});

describe("parts that stay", () => {
  it("are the other ones: a tuning that is not replaced certifies nothing else, and null takes it away", async () => {
    const policy = at(0.5);
    const tuning = {
      version: "1",
      expiresAt: "2999-01-01T00:00:00Z",
      policy: {
        name: "threshold",
        parameters: { small: "fake:s", large: "fake:l", at: 0.5, otherwise: "fake:l" },
      },
      models: ["fake:s", "fake:l"],
      classifier: { name: "by-number", version: "1" },
    };
    const { router } = make({ policy, tuning });
    expect((await router.decide("0.5")).certified).toBe(true);
    await router.replace({ policy: at(0.6), reason: "r" });
    expect(await router.decide("0.5")).toMatchObject({
      certified: false,
      uncertified: expect.stringMatching(/at differs/),
    });
    await router.revert("r");
    expect((await router.decide("0.5")).certified).toBe(true);
    await router.replace({ tuning: null, reason: "r" });
    expect(router.tuning).toBeUndefined();
    expect((await router.decide("0.5")).uncertified).toBeUndefined();
  });

  it("are sessions, models and their order", async () => {
    const { router, models } = make({ policy: firstOf<Id>(always("small")) });
    await router.route({ messages: [{ role: "user", content: "0.1" }], session: "s" });
    await router.replace({ policy: at(0.5), reason: "r" });
    const decision = await router.decide({ messages: [{ role: "user", content: "0.9" }], session: "s" });
    expect(decision.session).toMatchObject({ model: "small", turns: 1 });
    expect(Object.keys(router.models)).toEqual(Object.keys(models));
  });
});
