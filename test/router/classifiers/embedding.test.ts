import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { boundary, maxCost } from "../../../policies/constraints/index.ts";
import { threshold } from "../../../policies/index.ts";
import type { Classification } from "../../../src/contracts/index.ts";
import { type Constraint, createRouter, isRouterError, ProviderError } from "../../../src/index.ts";
import {
  type EmbeddingOptions,
  embedding,
  length,
  type TrainEmbeddingOptions,
  trainEmbedding,
} from "../../../src/router/classifiers/index.ts";
import { factsOf, fakeModel } from "../../../src/testing/index.ts";
import { openHop } from "../../support/hops/open-hop.ts";
import { runs } from "../../support/runs.ts";
import { embedWords, recordsOf, vectorOf } from "../../support/word-embedder.ts";

const train = (options: Partial<TrainEmbeddingOptions> = {}) =>
  trainEmbedding({
    embed: embedWords,
    records: recordsOf(200),
    small: "small",
    large: "large",
    base: length(),
    ...options,
  });
const neighbours = await train();
const regressions = await train({ head: "logistic" });

const make = (options: Partial<EmbeddingOptions> = {}) =>
  embedding({ embed: embedWords, trained: neighbours, base: length(), windowMs: 0, ...options });
const geography = factsOf({ ask: "capital country river" });
const mathematics = factsOf({ ask: "prove theorem integral" });

afterEach(() => vi.useRealTimers());

describe("training", () => {
  it("is deterministic, plain JSON, and holds no text", async () => {
    expect(await train()).toEqual(neighbours);
    expect(JSON.parse(JSON.stringify(neighbours))).toEqual(neighbours);
    expect(JSON.stringify(neighbours)).not.toContain("theorem");
  });

  it("does not depend on how texts are split into calls", async () => {
    expect(await train({ maxBatch: 7 })).toEqual(neighbours);
  });

  it("uses regressions from 500 records if all labels are 0 or 1, else neighbours", async () => {
    const kindOf = async (records: TrainEmbeddingOptions["records"]) => (await train({ records })).head.kind;
    expect(await kindOf(recordsOf(499))).toBe("neighbours");
    expect(await kindOf(recordsOf(500))).toBe("logistic");
    const [first, ...rest] = recordsOf(500);
    const graded = {
      prompt: first?.prompt ?? "",
      outcomes: { small: { quality: 0.5 }, large: { quality: 1 } },
    };
    expect(await kindOf([graded, ...rest])).toBe("neighbours");
  });

  it("keeps the models with an outcome in every record", async () => {
    const records = recordsOf(30).map(({ prompt, outcomes }, index) => ({
      prompt,
      outcomes: { ...outcomes, always: { quality: 0.5 }, ...(index > 0 && { sometimes: { quality: 1 } }) },
    }));
    expect((await train({ records })).models).toEqual(["always", "large", "small"]);
  });

  it.each([
    [{ records: recordsOf(19) }, "insufficient-evidence", /needs at least 20 records: 19 records/],
    [{ large: "huge" }, "invalid-option", /records\[0\]\.outcomes\["huge"\] must be present/],
    [{ large: "small" }, "invalid-option", /large must be a model other than small/],
    [{ small: "toString" }, "invalid-option", /outcomes\["toString"\] must be present/],
    [
      { records: recordsOf(30).map((one) => ({ ...one, prompt: "" })) },
      "invalid-option",
      /records\[0\]\.prompt must be a non-empty string/,
    ],
    [
      {
        records: recordsOf(30).map((one) => ({
          ...one,
          outcomes: { small: { quality: 2 }, large: { quality: 1 } },
        })),
      },
      "invalid-option",
      /records\[0\]\.outcomes\["small"\]\.quality must be a number in \[0, 1\], got 2/,
    ],
    [
      {
        embed: async (texts: readonly string[]) => texts.map((_, at) => (at === 3 ? [1] : [1, 2])),
        records: recordsOf(30),
      },
      "invalid-option",
      /vectors of equal length, 2 as for the first record/,
    ],
    [{ embed: async () => [[1, Number.NaN]], maxBatch: 1 }, "provider", /not a finite number/],
  ] as const)("refuses records and options that it cannot learn from (%#)", async (wrong, code, message) => {
    const error = await train(wrong as Partial<TrainEmbeddingOptions>).catch((thrown: unknown) => thrown);
    expect(isRouterError(error) && error.code).toBe(code);
    expect((error as Error).message).toMatch(message);
  });
});

describe.each([
  ["neighbours", neighbours],
  ["regressions", regressions],
])("by %s", (_, trained) => {
  it("estimates on which requests the small model is good and on which it is not", async () => {
    const classifier = make({ trained });
    const easy = await classifier.classify(geography, openHop());
    const hard = await classifier.classify(mathematics, openHop());
    expect(easy.complexity).toBeLessThan(0.5);
    expect(hard.complexity).toBeGreaterThan(0.5);
    expect(easy.quality?.["small"]).toBeGreaterThan(hard.quality?.["small"] ?? 1);
    expect(hard.signals?.["gain"]).toBeGreaterThan(easy.signals?.["gain"] ?? 1);
  });

  it("never falls as the base's complexity grows", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(5_000), fc.nat(5_000), async (a, b) => {
        const classifier = make({ trained });
        const at = async (askCharacters: number) =>
          (await classifier.classify({ ...geography, askCharacters }, openHop())).complexity;
        expect(await at(Math.max(a, b))).toBeGreaterThanOrEqual(await at(Math.min(a, b)));
      }),
      { numRuns: runs(50, 1_000) },
    ));
});

describe("a batch", () => {
  it("gives each request the result that it would have alone, for any other requests", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 12 }),
        async (asks) => {
          const together = make({ maxBatch: 5 });
          const all = await Promise.all(asks.map((ask) => together.classify(factsOf({ ask }), openHop())));
          const alone: Classification[] = [];
          for (const ask of asks)
            alone.push(await make({ maxBatch: 1 }).classify(factsOf({ ask }), openHop()));
          expect(all).toEqual(alone);
        },
      ),
      { numRuns: runs(50, 1_000) },
    ));

  const sizesOf = (refuse: (text: string) => Error | undefined = () => undefined) => {
    const calls: number[] = [];
    const embed = async (texts: readonly string[]) => {
      calls.push(texts.length);
      const error = texts.map(refuse).find((one) => one !== undefined);
      if (error !== undefined) throw error;
      return texts.map(vectorOf);
    };
    return { calls, embed };
  };
  const askMany = (classifier: ReturnType<typeof embedding>, count: number) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, at) =>
        classifier.classify(factsOf({ ask: `text ${at}` }), openHop()),
      ),
    );

  it("holds the texts of one window, and at most maxBatch", async () => {
    const { calls, embed } = sizesOf();
    await askMany(make({ embed, maxBatch: 4, windowMs: 5 }), 10);
    expect(calls).toEqual([4, 4, 2]);
  });

  it("that is refused because of one text is halved: the others get their vectors", async () => {
    const { calls, embed } = sizesOf((text) =>
      text === "text 5" ? new ProviderError({ kind: "invalid-request", model: "m", status: 400 }) : undefined,
    );
    const settled = await askMany(make({ embed, windowMs: 5 }), 8);
    expect(settled.map(({ status }) => status === "fulfilled")).toEqual(
      [1, 1, 1, 1, 1, 0, 1, 1].map(Boolean),
    );
    expect(calls.length).toBeLessThanOrEqual(2 * 3 + 1);
  });

  it("that an endpoint cannot serve is not sent again", async () => {
    const { calls, embed } = sizesOf(() => new ProviderError({ kind: "server", model: "m", status: 500 }));
    const settled = await askMany(make({ embed, windowMs: 5 }), 8);
    expect(settled.every(({ status }) => status === "rejected")).toBe(true);
    expect(calls).toEqual([8]);
  });

  it.each([
    [
      "another number of vectors",
      () => [[1]],
      /does not hold one vector for each of 1 texts|has 1 dimensions/,
    ],
    ["no array", () => "no" as never, /does not hold one vector for each/],
    ["nothing", () => undefined as never, /./],
    ["another dimension", () => [[1, 2, 3]], /a vector has 3 dimensions instead of 16/],
    ["NaN", () => [vectorOf("x").fill(Number.NaN)], /holds a value that is not a finite number/],
    ["holes", () => [Array.from({ length: 16 })] as never, /holds a value that is not a finite number/],
  ])("that returns %s fails", async (_, answer, message) => {
    const classifier = make({ embed: async () => answer() });
    await expect(classifier.classify(geography, openHop())).rejects.toThrow(message);
  });

  it("with one bad vector fails only its request", async () => {
    const embed = async (texts: readonly string[]) =>
      texts.map((text) => (text === "text 1" ? [Number.POSITIVE_INFINITY] : vectorOf(text)));
    const settled = await askMany(make({ embed, windowMs: 5 }), 3);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("is aborted when it takes too long, or no caller waits for it", async () => {
    vi.useFakeTimers();
    const stopped: unknown[] = [];
    const embed = (_: readonly string[], { signal }: { signal: AbortSignal }) => {
      signal.addEventListener("abort", () => stopped.push((signal.reason as Error).message));
      return new Promise<never>(() => {});
    };
    const classifier = make({ embed, timeoutMs: 50, windowMs: 5 });
    const late = Promise.resolve(classifier.classify(geography, openHop())).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(55);
    expect(await late).toMatchObject({ kind: "timeout", message: expect.stringContaining("within 50 ms") });

    const controllers = [new AbortController(), new AbortController()];
    const left = controllers.map(({ signal }, at) =>
      Promise.resolve(classifier.classify(factsOf({ ask: `text ${at}` }), openHop(signal))).catch(
        () => "left",
      ),
    );
    await vi.advanceTimersByTimeAsync(10);
    controllers[0]?.abort(new Error("first"));
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toHaveLength(1);
    controllers[1]?.abort(new Error("second"));
    expect(await Promise.all(left)).toEqual(["left", "left"]);
    expect(stopped[1]).toBe("no caller waits for the vectors");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("queue is bounded", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const embed = async (texts: readonly string[]) => {
      await gate;
      return texts.map(vectorOf);
    };
    const asking = askMany(make({ embed, maxPending: 3 }), 5);
    await vi.waitFor(() => Promise.resolve());
    release();
    const settled = await asking;
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(2);
    expect(settled.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { kind: "overloaded" },
    });
  });
});

describe("an embedding classifier", () => {
  it("embeds a text once for each tenant, and nothing for an empty ask", async () => {
    const hop = openHop();
    const classifier = make();
    for (const tenant of ["a", "a", "b", undefined]) await classifier.classify({ ...geography, tenant }, hop);
    await classifier.classify(factsOf({ ask: " \n" }), hop);
    expect(hop.texts).toEqual([geography.ask, geography.ask, geography.ask]);
  });

  it("embeds a bounded text, with the end of the conversation before a short ask", async () => {
    const hop = openHop();
    const trained = await train({ maxCharacters: 100 });
    const classifier = make({ trained });
    await classifier.classify(factsOf({ ask: "a".repeat(1_000_000) }), hop);
    await classifier.classify(factsOf({ ask: "do it", window: "w".repeat(2_000), turns: 3 }), hop);
    expect(hop.texts.map((text) => text.length)).toEqual([100, 101]);
  });

  it("sends no lone surrogates: neither those of a request nor those that a cut leaves", async () => {
    const sent: string[] = [];
    const embed: EmbeddingOptions["embed"] = async (texts, options) => {
      sent.push(...texts);
      return embedWords(texts, options);
    };
    const records = recordsOf(40).map((record, index) =>
      index === 0 ? { ...record, prompt: `\udc00${"👩".repeat(100)}` } : record,
    );
    const trained = await train({ embed, records, maxCharacters: 101 });
    const classifier = make({ embed, trained });
    for (const ask of ["capital \ud83d river", `a${"😀".repeat(200)}`])
      await classifier.classify(factsOf({ ask }), openHop());
    expect(sent).toHaveLength(42);
    expect(sent.filter((text) => /\p{Surrogate}/u.test(text))).toEqual([]);
    expect(sent[40]).toBe("capital \ufffd river");
  });

  it("reads a short ask with the assistant turn that opened the conversation", async () => {
    const hop = openHop();
    await make().classify(factsOf({ ask: "do it", window: "Shall I prove it?", turns: 1 }), hop);
    expect(hop.texts).toEqual(["Shall I prove it?\ndo it"]);
  });

  it("names the field that differs when it was trained otherwise, or is damaged", () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ formatVersion: 2 }, /trained\.formatVersion must be 1: train again/],
      [
        { embedding: "openai:other" },
        /trained\.embedding must be embedding:custom, the given embedding model/,
      ],
      [{ base: "length@0" }, /trained\.base must be length@.*: train again with it/],
      [{ center: neighbours.center.slice(1) }, /trained\.center must be 16 numbers/],
      [{ models: "small" }, /trained\.models must be an array of names/],
      [{ small: "huge" }, /trained\.small must be one of the models/],
      [{ quantiles: [1, 0] }, /trained\.quantiles must be at least two numbers in ascending order/],
      [{ quantiles: [0, null] }, /trained\.quantiles/],
      [{ records: -1 }, /trained\.records/],
      [{ meanQuality: [2, 2] }, /trained\.meanQuality/],
      [{ head: { ...neighbours.head, vectors: "AAAA" } }, /trained\.head must be complete/],
      [{ head: { kind: "logistic", weights: [[1]] } }, /trained\.head must be complete/],
      [{ head: undefined }, /trained\.head must be complete/],
    ];
    for (const [change, message] of wrong)
      expect(() => make({ trained: { ...neighbours, ...change } as never })).toThrow(message);
    expect(() => make({ trained: undefined as never })).toThrow(
      /embedding\.trained must be the result of trainEmbedding/,
    );
    expect(() => make({ base: undefined })).toThrow(/trained\.base must be complexity@/);
  });

  it.each([
    [{ labels: { boundary: 1 } }, /embedding\.labels\.boundary must be a string/],
    [{ price: { usdPerMillionInputTokens: -1 } }, /embedding\.price\.usdPerMillionInputTokens/],
  ])("refuses %j", (wrong, message) => {
    expect(() => make(wrong as never)).toThrow(message);
  });

  it("refuses an asynchronous base", async () => {
    const base = { ...length(), classify: async () => ({ complexity: 0.5 }) };
    await expect(make({ base }).classify(geography, openHop())).rejects.toThrow(/a synchronous classifier/);
    await expect(train({ base })).rejects.toThrow(/a synchronous classifier/);
  });
});

describe("in a router", () => {
  const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
  const onPrem = { labels: { boundary: "on-prem" }, price: free };
  function makeRouter(options: Partial<EmbeddingOptions>, constraints: readonly Constraint[] = []) {
    const sent: string[] = [];
    const embed: EmbeddingOptions["embed"] = async (texts) => {
      sent.push(...texts);
      return { vectors: texts.map(vectorOf), inputTokens: 10, servedModel: "words-2" };
    };
    const router = createRouter({
      models: {
        small: fakeModel({ model: "small", ...onPrem }),
        large: fakeModel({ model: "large", ...onPrem }),
      },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
      classifier: make({ embed, ...options }),
      constraints,
    });
    return { router, sent };
  }
  const required = boundary({ label: "boundary", required: "on-prem" });

  it("its call is an attempt, with this request's share of the price", async () => {
    const { router } = makeRouter({ price: { ...free, usdPerMillionInputTokens: 1e6 } });
    const { attempts, decision, costUsd } = await router.route(mathematics.ask);
    expect(decision).toMatchObject({ model: "large", classification: { complexity: expect.any(Number) } });
    expect(attempts).toMatchObject([
      { model: "embedding:custom", hop: "classify", costUsd: 10, servedModel: "words-2" },
      { model: "large", hop: "answer" },
    ]);
    expect(costUsd).toBe(10);
    const both = await Promise.all(["capital river a", "capital river b"].map((ask) => router.route(ask)));
    expect(both.map((one) => one.attempts[0]?.usage?.inputTokens)).toEqual([5, 5]);
  });

  it("no text is sent to an embedder without labels, even a local function; the request continues", async () => {
    const { router, sent } = makeRouter({}, [required]);
    const { text, attempts, decision } = await router.route(mathematics.ask);
    expect(sent).toEqual([]);
    expect(text).toBe("ok");
    expect(attempts.map(({ hop }) => hop)).toEqual(["answer"]);
    expect(decision.classifierError).toContain("NoEligibleModelError");
    expect(decision.reason).toBe("no classification");

    const labelled = makeRouter({ labels: { boundary: "on-prem" } }, [required]);
    expect((await labelled.router.route(mathematics.ask)).decision.classification).toBeDefined();
    expect(labelled.sent).toEqual([mathematics.ask]);
  });

  it("no text is sent where the price is not known and a limit needs it", async () => {
    const limit = maxCost({ usd: 1 });
    const unknown = makeRouter({}, [limit]);
    await unknown.router.route(mathematics.ask);
    expect(unknown.sent).toEqual([]);
    const known = makeRouter({ price: free }, [limit]);
    await known.router.route(mathematics.ask);
    expect(known.sent).toHaveLength(1);
  });

  it("each request of a batch has its own constraints and deadline", async () => {
    const never = () => new Promise<never>(() => {});
    const { router } = makeRouter({ embed: never, labels: {} });
    const hurried = { messages: [{ role: "user" as const, content: "capital" }], deadlineMs: 20 };
    const error = await router.route(hurried).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "deadline-exceeded")).toBe(true);

    const mixed = makeRouter({});
    const bound = { messages: [{ role: "user" as const, content: "river" }], constraints: [required] };
    await Promise.all([mixed.router.route("capital"), mixed.router.route(bound)]);
    expect(mixed.sent).toEqual(["capital"]);
  });
});
