import { describe, expect, it } from "vitest";
import { always, cascade } from "../../../policies/index.ts";
import {
  type CacheOptions,
  type ChatRequest,
  type Check,
  type CompletionChunk,
  createRouter,
  type RouteRequest,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

type Ids = "small" | "large";
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
const usage = { inputTokens: 10, outputTokens: 5 };
const messages: ChatRequest["messages"] = [{ role: "user", content: "Where is Ghent?" }];
const cold = { messages, temperature: 0 } satisfies RouteRequest;

function make(
  cache: CacheOptions | undefined = {},
  options: Partial<RouterOptions<Ids>> = {},
  small: FakeModelOptions = {},
) {
  const events: RouterEvent[] = [];
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  let at = 1_000_000;
  const models = {
    small: fakeModel({ model: "small", price, usage, answer: () => `answer ${next()}`, ...small }),
    large: fakeModel({ model: "large", price, usage, answer: () => `large ${next()}` }),
  };
  const router = createRouter({
    models,
    policy: always("small"),
    cache,
    clock: () => at,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  const pass = (ms: number) => {
    at += ms;
  };
  return { router, models, events, pass };
}

const textOf = (chunks: readonly CompletionChunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

async function readAll(stream: AsyncIterable<CompletionChunk>): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Sends both requests, and returns the texts of their answers. */
async function texts(router: ReturnType<typeof make>["router"], ...requests: RouteRequest<Ids>[]) {
  const answers: string[] = [];
  for (const request of requests) answers.push((await router.route(request)).text);
  return answers;
}

describe("an equal request", () => {
  it("is answered from the cache: nothing is called or paid, and the attempt says where the answer is from", async () => {
    const { router, models, events, pass } = make();
    const first = await router.route(cold);
    pass(1_000);
    const second = await router.route(structuredClone(cold));
    expect(models.small.requests).toHaveLength(1);
    expect(second).toMatchObject({
      text: "answer 1",
      costUsd: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    expect(second.completion).toEqual(first.completion);
    expect(second.attempts).toEqual([
      {
        id: `${second.decision.id}/cache-1`,
        model: "small",
        name: "fake:small",
        hop: "cache",
        startedAt: "1970-01-01T00:16:41.000Z",
        latencyMs: 0,
        usage: { inputTokens: 0, outputTokens: 0 },
        costUsd: 0,
        servedModel: "small",
        finishReason: "stop",
        cached: {
          attemptId: first.attempts[0]?.id,
          ageMs: 1_000,
          savedUsage: expect.objectContaining(usage),
          savedCostUsd: first.costUsd,
        },
      },
    ]);
    expect(events.slice(4)).toMatchObject([
      { type: "decision-made", decision: { id: second.decision.id, propensity: 1, forced: false } },
      { type: "attempt-started", hop: "cache", model: "small" },
      { type: "attempt-ended", attempt: { hop: "cache", costUsd: 0 } },
      { type: "request-completed", costUsd: 0, attempts: [{ hop: "cache" }] },
    ]);
  });

  it("is sent without the option", async () => {
    const { router, models } = make(undefined, { cache: undefined });
    await texts(router, cold, cold);
    expect(models.small.requests).toHaveLength(2);
  });

  it("is sent again once the answer is too old, by whichever clock says so", async () => {
    const { router, pass } = make({ ttlMs: 100 });
    expect(await texts(router, cold)).toEqual(["answer 1"]);
    pass(99);
    expect(await texts(router, cold)).toEqual(["answer 1"]);
    pass(1);
    expect(await texts(router, cold)).toEqual(["answer 2"]);
    // Set back: the answer does not live longer.
    pass(-50_000);
    expect(await texts(router, cold)).toEqual(["answer 2"]);
    pass(100);
    expect(await texts(router, cold)).toEqual(["answer 3"]);
  });

  it("is sent when it is of another tenant, category, language or has other labels", async () => {
    const { router } = make();
    const all: RouteRequest<Ids>[] = [
      cold,
      { ...cold, tenant: "a" },
      { ...cold, tenant: "b" },
      { ...cold, labels: { a: "1" } },
      { ...cold, labels: { a: "2" } },
      { ...cold, category: "a" },
      { ...cold, language: "de" },
    ];
    const answers = await texts(router, ...all);
    expect(new Set(answers).size).toBe(all.length);
    expect(await texts(router, ...all)).toEqual(answers);
  });

  it("may belong to another session: the conversation is in its messages, and the session is recorded", async () => {
    const { router, models } = make();
    await texts(router, { ...cold, session: "a" });
    const { attempts } = await router.route({ ...cold, session: "b" });
    expect(attempts[0]?.hop).toBe("cache");
    expect((await router.decide({ ...cold, session: "b" })).session).toMatchObject({
      model: "small",
      turns: 1,
      cachedTokens: 0,
    });
    expect(models.small.requests).toHaveLength(1);
  });

  it("gets no answer of a model that its constraints do not permit, and an event says so", async () => {
    let permitted = true;
    const constraint = {
      name: "residency",
      permits: (_: unknown, { hop }: { hop: string }) =>
        permitted || hop !== "cache" ? (true as const) : "left the EU",
    };
    const { router, events } = make({}, { constraints: [constraint] });
    expect(await texts(router, cold)).toEqual(["answer 1"]);
    permitted = false;
    expect(await texts(router, cold)).toEqual(["answer 2"]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "attempt-skipped", hop: "cache", reason: "residency: left the EU" }),
    );
    permitted = true;
    expect(await texts(router, cold)).toEqual(["answer 2"]);
  });

  it("is decided by its own constraints first: another plan has another answer", async () => {
    const { router } = make(
      {},
      {
        policy: {
          name: "first",
          select: ({ candidates: [one] }) => one && { model: one.id, reason: "first" },
        },
      },
    );
    const notSmall = {
      name: "not small",
      permits: ({ id }: { id: string }) => (id === "small" ? "small" : (true as const)),
    };
    expect(await texts(router, cold, { ...cold, constraints: [notSmall] }, cold)).toEqual([
      "answer 1",
      "large 2",
      "answer 1",
    ]);
  });

  it("gets a copy of its own: what a caller does with an answer changes no other", async () => {
    const { router } = make();
    for (let turn = 0; turn < 3; turn += 1) {
      const { completion } = await router.route(cold);
      const message = completion.choices[0]?.message;
      expect(message?.content).toBe("answer 1");
      if (message !== undefined) message.content = "changed";
      completion.choices.pop();
    }
  });

  it("is refused after close(), and what was kept is forgotten", async () => {
    const { router } = make();
    await texts(router, cold);
    await router.close();
    await expect(router.route(cold)).rejects.toThrow("closed");
  });

  it("joins one that is under way where `coalesce` is on, and is answered from the cache after it", async () => {
    const { router, models } = make({}, { coalesce: true });
    const [one, two] = await Promise.all([router.route(cold), router.route(cold)]);
    expect([one?.coalesced, two?.coalesced]).toEqual([undefined, true]);
    const third = await router.route(cold);
    expect(third).toMatchObject({ attempts: [{ hop: "cache" }] });
    expect(third).not.toHaveProperty("coalesced");
    expect(models.small.requests).toHaveLength(1);
  });

  it("is sent while an equal one is under way, without `coalesce`", async () => {
    const { router, models } = make();
    await Promise.all([router.route(cold), router.route(cold)]);
    expect(models.small.requests).toHaveLength(2);
  });
});

describe("a stream", () => {
  it("is replayed as a stream, with the same text, finish reason and usage", async () => {
    const { router, models } = make();
    const live = router.stream(cold);
    const chunks = await readAll(live);
    const again = router.stream(cold);
    const replayed = await readAll(again);
    expect(models.small.requests).toHaveLength(1);
    expect(textOf(replayed)).toBe(textOf(chunks));
    const ends = (all: readonly CompletionChunk[]) => ({
      finish: all.map(({ choices }) => choices[0]?.finish_reason).filter(Boolean),
      usage: all.flatMap((chunk) => chunk.usage ?? []),
    });
    expect(ends(replayed)).toEqual(ends(chunks));
    const [first, second] = [await live.result, await again.result];
    expect(second.completion).toEqual(first.completion);
    expect(second).toMatchObject({ costUsd: 0, attempts: [{ hop: "cache" }] });
    expect((await again.decision).id).toBe(second.decision.id);
  });

  it("shares answers with requests that do not stream", async () => {
    const { router, models } = make();
    const { text } = await router.route(cold);
    expect(textOf(await readAll(router.stream(cold)))).toBe(text);
    expect(models.small.requests).toHaveLength(1);
  });

  it("that its consumer leaves, that is aborted or fails is not kept", async () => {
    const { router, models } = make({}, {}, { answer: "one two three four" });
    for await (const _ of router.stream(cold)) break;
    const controller = new AbortController();
    await expect(async () => {
      for await (const _ of router.stream(cold, { signal: controller.signal }))
        controller.abort(new Error("stop"));
    }).rejects.toThrow("stop");
    const failing = make(
      {},
      {},
      { answer: "one two three", error: new Error("broke"), piecesBeforeError: 2 },
    );
    for (let turn = 0; turn < 2; turn += 1)
      await expect(readAll(failing.router.stream(cold))).rejects.toThrow();
    expect(failing.models.small.requests).toHaveLength(2);
    expect((await router.route(cold)).attempts[0]?.hop).toBe("answer");
    expect(models.small.requests).toHaveLength(3);
  });

  it("that is read after an abort or the deadline is not answered from the cache", async () => {
    const { router, pass } = make();
    await texts(router, cold);
    const controller = new AbortController();
    const stream = router.stream(cold, { signal: controller.signal });
    await stream.decision;
    controller.abort(new Error("stop"));
    await expect(readAll(stream)).rejects.toThrow("stop");
    const late = router.stream({ ...cold, deadlineMs: 10_000 });
    await late.decision;
    pass(10_000);
    await expect(readAll(late)).rejects.toMatchObject({ code: "deadline-exceeded" });
  });

  it("whose chunks its consumer changes leaves the kept answer as it was", async () => {
    const details = [{ type: "thought", text: "a" }];
    const { router, models } = make();
    const { stream } = models.small;
    models.small.stream = async function* (request, options) {
      for await (const chunk of stream(request, options)) {
        const [choice] = chunk.choices;
        if (choice?.delta.content)
          Object.assign(choice.delta, { reasoning_details: structuredClone(details) });
        yield chunk;
      }
    };
    for await (const { choices } of router.stream(cold)) {
      const given = (choices[0]?.delta as { reasoning_details?: { text: string }[] } | undefined)
        ?.reasoning_details;
      for (const one of given ?? []) one.text = "changed";
    }
    const { completion } = await router.route(cold);
    expect(models.small.requests).toHaveLength(1);
    expect(JSON.stringify(completion)).not.toContain("changed");
  });
});

describe("an answer that is not whole, or not the plan's", () => {
  const isKept = async (
    small: FakeModelOptions,
    request: RouteRequest<Ids> = cold,
    options: Partial<RouterOptions<Ids>> = {},
    cache: CacheOptions = {},
  ) => {
    const { router } = make(cache, options, small);
    await router.route(request);
    return (await router.route(request)).attempts.some(({ hop }) => hop === "cache");
  };
  const call = { id: "1", type: "function" as const, function: { name: "f", arguments: "{}" } };
  const tools = [{ type: "function" as const, function: { name: "f" } }];

  it("is not kept: an empty one, or a tool call", async () => {
    expect(await isKept({ answer: " " })).toBe(false);
    expect(await isKept({ answer: { toolCalls: [call] } }, { ...cold, tools }, {}, { tools: true })).toBe(
      false,
    );
    expect(await isKept({ answer: "ok" }, { ...cold, tools }, {}, { tools: true })).toBe(true);
  });

  it("is kept without the other choices that a server sends", async () => {
    const { router, models } = make();
    const { generate } = models.small;
    models.small.generate = async (...given) => {
      const completion = await generate(...given);
      return { ...completion, choices: [...completion.choices, ...structuredClone(completion.choices)] };
    };
    await texts(router, cold);
    const { completion } = await router.route(cold);
    expect([models.small.requests.length, completion.choices.length]).toEqual([1, 1]);
  });

  it("is not kept: one that was cut, filtered or refused, or that JSON cannot say", async () => {
    const changes: ((
      completion: Record<string, unknown> & { choices: Record<string, unknown>[] },
    ) => void)[] = [
      ({ choices: [choice] }) => Object.assign(choice as object, { finish_reason: "length" }),
      ({ choices: [choice] }) => Object.assign(choice as object, { finish_reason: "content_filter" }),
      ({ choices: [choice] }) => Object.assign(choice as object, { finish_reason: undefined }),
      ({ choices: [choice] }) => Object.assign((choice as { message: object }).message, { refusal: "no" }),
      (completion) => Object.assign(completion, { extra: new Date(0) }),
      (completion) => Object.assign(completion, { extra: 1n }),
      (completion) => Object.assign(completion, { extra: Number.NaN }),
      (completion) => Object.assign(completion, { extra: completion }),
      (completion) =>
        Object.defineProperty(completion, "extra", {
          enumerable: true,
          get: () => {
            throw new Error("no");
          },
        }),
    ];
    for (const change of changes) {
      const { router, models } = make();
      const { generate } = models.small;
      models.small.generate = async (...given) => {
        const completion = await generate(...given);
        change(completion as never);
        return completion;
      };
      await texts(router, cold, cold);
      expect([models.small.requests.length, String(change)]).toEqual([2, String(change)]);
    }
  });

  it("is not kept: that of a fallback, since its model stands in for another one", async () => {
    const { router, models } = make({}, { execution: { retries: 0 } }, { error: new Error("down") });
    expect((await texts(router, cold, cold)).map((text) => text.split(" ")[0])).toEqual(["large", "large"]);
    expect(models.large.requests).toHaveLength(2);
  });

  it("is not kept: that of another model, with which the provider has answered for a time", async () => {
    const { router, models } = make();
    const { generate } = models.small;
    let served = "large";
    models.small.generate = async (...given) => ({ ...(await generate(...given)), model: served });
    expect((await router.route(cold)).attempts[0]?.substituted).toBe("known");
    served = "small";
    const next = await router.route(cold);
    expect(next.attempts).toMatchObject([{ hop: "answer", servedModel: "small" }]);
    expect((await router.route(cold)).attempts).toMatchObject([{ hop: "cache" }]);
  });

  const reads = (accepts: Check["accepts"]): Check => ({ name: "own", accepts });

  it("is kept if the plan's check has accepted it, or has refused the one before it", async () => {
    let verdict = true;
    const policy = cascade({ first: "small", then: "large", unless: reads(() => verdict) });
    const accepted = make({}, { policy });
    expect(await texts(accepted.router, cold, cold)).toEqual(["answer 1", "answer 1"]);
    verdict = false;
    const refused = make({}, { policy });
    const first = await refused.router.route(cold);
    const second = await refused.router.route(cold);
    expect([first.text, second.text]).toEqual(["large 2", "large 2"]);
    expect(second.attempts).toMatchObject([
      { hop: "cache", model: "large", cached: { savedCostUsd: first.costUsd } },
    ]);
    expect(first.attempts).toHaveLength(2);
  });

  it("is not kept if a check gave no verdict, or the answer was degraded", async () => {
    const policy = cascade({
      first: "small",
      then: "large",
      unless: reads(() => {
        throw new Error("no");
      }),
    });
    const { router, models } = make({}, { policy });
    await texts(router, cold, cold);
    expect(models.large.requests).toHaveLength(2);
    expect(
      await isKept({}, { ...cold, fallback: false }, { execution: { degraded: [reads(() => false)] } }),
    ).toBe(false);
    expect(
      await isKept({}, { ...cold, fallback: false }, { execution: { degraded: [reads(() => true)] } }),
    ).toBe(true);
  });

  it("is not kept if it ended at a limit that a bound on cost had set", async () => {
    const { router, models } = make();
    const { generate } = models.small;
    models.small.generate = async (...given) => {
      const completion = await generate(...given);
      const [choice] = completion.choices;
      if (choice !== undefined) choice.finish_reason = "length";
      return completion;
    };
    await texts(
      router,
      { ...cold, maxCostUsd: 0.01, fallback: false },
      { ...cold, maxCostUsd: 0.01, fallback: false },
    );
    expect(models.small.requests).toHaveLength(2);
  });
});
