import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ChatRequest, CompletionChunk } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type InProcessOptions, inProcess } from "../../../src/router/providers/in-process.ts";
import { fakeModel, providerConformance } from "../../../src/testing/index.ts";
import { serveLocally } from "../../support/local-engine.ts";

describe("inProcess conforms", () => {
  const cases = providerConformance({
    without: {
      images: "it reads text alone",
      "reasoning-effort": "it is no parameter of the sample",
      "cache-write-tokens": "a local model is not billed by them",
    },
    serve: async (scenario, settings) => serveLocally(scenario, settings),
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const prompt = "How deep is the harbour of Vlissingen?";
const request: ChatRequest = { messages: [{ role: "user", content: prompt }] };
const calm = () => ({ signal: new AbortController().signal });

/** A function whose answers the test gives, one after the other. */
function held() {
  const answers: ((text: string) => void)[] = [];
  const signals: AbortSignal[] = [];
  const generate: InProcessOptions["generate"] = (_, { signal }) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(resolve));
  };
  return { answers, signals, generate };
}

const read = async (stream: AsyncIterable<CompletionChunk>) => {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};
const textOf = (chunks: readonly CompletionChunk[]) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");

describe("places", () => {
  test("as many calls run as may, the next wait in their order, and more are refused as saturated", async () => {
    const { answers, generate } = held();
    const model = inProcess({ name: "m", generate, concurrency: 2, queue: 2 });
    const ended: number[] = [];
    const calls = [0, 1, 2, 3].map(async (at) => {
      await model.generate(request, calm());
      ended.push(at);
    });
    await vi.waitFor(() => expect(model.places()).toEqual({ running: 2, abandoned: 0, waiting: 2 }));
    await expect(model.generate(request, calm())).rejects.toMatchObject({
      kind: "saturated",
      message: "in-process:m failed (saturated): 2 calls run and 2 wait",
    });
    for (const at of [0, 1, 2, 3]) {
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(at));
      answers[at]?.("ok");
    }
    await Promise.all(calls);
    expect(ended).toEqual([0, 1, 2, 3]);
    expect(model.places()).toEqual({ running: 0, abandoned: 0, waiting: 0 });
  });

  test("an abort while waiting leaves the queue, and starts nothing", async () => {
    const { answers, generate } = held();
    const model = inProcess({ name: "m", generate, queue: 1 });
    const first = model.generate(request, calm());
    const controller = new AbortController();
    const second = model.generate(request, { signal: controller.signal });
    await vi.waitFor(() => expect(model.places().waiting).toBe(1));
    const reason = new Error("the caller left");
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(model.places()).toEqual({ running: 1, abandoned: 0, waiting: 0 });
    answers[0]?.("ok");
    await first;
    expect(answers).toHaveLength(1);
  });

  test("a function that ignores an abort frees its caller, and keeps its place until it ends", async () => {
    const { answers, signals, generate } = held();
    const model = inProcess({ name: "m", generate, queue: 0 });
    const controller = new AbortController();
    const call = model.generate(request, { signal: controller.signal });
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    controller.abort(new Error("the caller left"));
    await expect(call).rejects.toThrow("the caller left");
    expect(signals[0]?.aborted).toBe(true);
    expect(model.places()).toEqual({ running: 1, abandoned: 1, waiting: 0 });
    expect(await model.health?.()).toBe(false);
    await expect(model.generate(request, calm())).rejects.toThrow(
      "1 of 1 places are held by calls that were aborted and do not end",
    );
    answers[0]?.("late");
    await vi.waitFor(() => expect(model.places()).toEqual({ running: 0, abandoned: 0, waiting: 0 }));
    expect(await model.health?.()).toBe(true);
    const next = model.generate(request, calm());
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.("ok");
    expect((await next).choices[0]?.message.content).toBe("ok");
  });

  test("calls that wait are refused once aborted ones have held every place for five seconds", async () => {
    vi.useFakeTimers();
    try {
      const { answers, generate } = held();
      const model = inProcess({ name: "m", generate });
      const controller = new AbortController();
      const stuck = model.generate(request, { signal: controller.signal });
      const waiting = model.generate(request, calm());
      await vi.advanceTimersByTimeAsync(0);
      controller.abort(new Error("left"));
      await expect(stuck).rejects.toThrow("left");
      const refused = expect(waiting).rejects.toMatchObject({ kind: "saturated" });
      await vi.advanceTimersByTimeAsync(5_000);
      await refused;
      await expect(model.generate(request, calm())).rejects.toMatchObject({ kind: "saturated" });
      answers[0]?.("late");
      await vi.advanceTimersByTimeAsync(0);
      const next = model.generate(request, calm());
      await vi.advanceTimersByTimeAsync(0);
      answers[1]?.("ok");
      expect((await next).choices[0]?.message.content).toBe("ok");
    } finally {
      vi.useRealTimers();
    }
  });

  test("a reader who stops, and one whose stream hangs, give the place back when the work ends", async () => {
    let end = () => {};
    const model = inProcess({
      name: "m",
      queue: 0,
      generate: () => "",
      async *stream() {
        yield "one";
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      },
    });
    const controller = new AbortController();
    const stream = model.stream(request, { signal: controller.signal })[Symbol.asyncIterator]();
    await stream.next();
    const rest = stream.next();
    controller.abort(new Error("left"));
    await expect(rest).rejects.toThrow("left");
    expect(model.places()).toMatchObject({ running: 1, abandoned: 1 });
    end();
    await vi.waitFor(() => expect(model.places().running).toBe(0));
    for await (const _ of model.stream(request, calm())) break;
    end();
    await vi.waitFor(() => expect(model.places().running).toBe(0));
  });

  test("a full queue spills to another model, opens no breaker, and it is asked again later", async () => {
    const { answers, generate } = held();
    const own = inProcess({ name: "m", generate, queue: 0 });
    const router = createRouter({
      models: { own, cloud: fakeModel({ answer: "from the cloud" }) },
      policy: always("own"),
    });
    const first = router.route(prompt);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    for (let call = 0; call < 20; call += 1) {
      const { attempts, text } = await router.route(prompt);
      expect(text).toBe("from the cloud");
      expect(attempts.at(-1)?.model).toBe("cloud");
    }
    answers[0]?.("from here");
    expect((await first).text).toBe("from here");
    // A busy model is left alone until a place is expected to be free; a breaker would stay open for longer.
    await vi.waitFor(
      async () => {
        const again = router.route(prompt);
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const answer of answers) answer("from here");
        expect((await again).text).toBe("from here");
      },
      { timeout: 10_000, interval: 100 },
    );
    await router.close();
  });
});

describe("answers", () => {
  test("a text is an answer, and without a stream it comes as one piece", async () => {
    const model = inProcess({ name: "m", generate: async () => "About 12 metres." });
    const { choices, model: served, usage } = await model.generate(request, calm());
    expect(choices[0]).toMatchObject({ message: { content: "About 12 metres." }, finish_reason: "stop" });
    expect([served, usage]).toEqual(["m", undefined]);
    const chunks = await read(model.stream(request, calm()));
    expect(textOf(chunks)).toBe("About 12 metres.");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  });

  test("an iterable of texts is a stream, and so is a mere text", async () => {
    for (const stream of [() => ["About ", "12."], () => "About 12."]) {
      const model = inProcess({ name: "m", generate: () => "", stream });
      expect(textOf(await read(model.stream(request, calm())))).toBe("About 12.");
    }
  });

  const garbage: readonly unknown[] = [
    undefined,
    null,
    5,
    [],
    {},
    { text: 5 },
    { text: "a", finishReason: "because" },
    { toolCalls: 5 },
    { toolCalls: [{ name: "f" }] },
    { toolCalls: [null] },
    { usage: {} },
    Symbol("s"),
  ];
  test.each(garbage.map((value) => [inspect(value), value]))("%s is no answer", async (_, value) => {
    const model = inProcess({ name: "m", generate: () => value as string });
    await expect(model.generate(request, calm())).rejects.toMatchObject({ kind: "incomplete" });
    expect(model.places().running).toBe(0);
  });

  test.each([
    ["no iterable", () => 5],
    ["a broken iterator", () => ({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) })],
    ["no iterator", () => ({ [Symbol.asyncIterator]: () => 5 })],
    ["a piece that is none", () => [5]],
    ["pieces without an end", () => [{ text: "About" }]],
  ])("a stream is incomplete with %s", async (_, stream) => {
    const model = inProcess({ name: "m", generate: () => "", stream: stream as never });
    await expect(read(model.stream(request, calm()))).rejects.toMatchObject({ kind: "incomplete" });
    await vi.waitFor(() => expect(model.places().running).toBe(0));
  });

  test("a stream of empty pieces without end is cut, and timers fire meanwhile", async () => {
    const fired: boolean[] = [];
    setTimeout(() => fired.push(true), 0);
    const model = inProcess({
      name: "m",
      generate: () => "",
      *stream() {
        for (;;) yield "";
      },
    });
    await expect(read(model.stream(request, calm()))).rejects.toThrow("100000 pieces");
    expect(fired).toEqual([true]);
  });

  test("an answer that is longer than 64 Mi characters is refused", async () => {
    const long = "x".repeat(2 ** 20);
    const model = inProcess({
      name: "m",
      generate: () => long.repeat(65),
      *stream() {
        for (;;) yield long;
      },
    });
    await expect(model.generate(request, calm())).rejects.toMatchObject({ kind: "incomplete" });
    await expect(read(model.stream(request, calm()))).rejects.toMatchObject({ kind: "incomplete" });
  });

  test("what a function throws is a failure of the server, and its text is shown nowhere", async () => {
    const thrown: readonly unknown[] = [
      new Error(`no: ${prompt}`),
      prompt,
      undefined,
      {
        toString() {
          throw new Error(prompt);
        },
      },
    ];
    for (const error of thrown)
      for (const generate of [
        () => {
          throw error;
        },
        async () => {
          throw error;
        },
      ]) {
        const model = inProcess({ name: "m", generate });
        const failure = await model.generate(request, calm()).catch((reason: unknown) => reason);
        expect(failure).toMatchObject({ kind: "server", model: "in-process:m", retryable: true });
        expect(`${inspect(failure)}${JSON.stringify(failure)}`).not.toContain("Vlissingen");
        await expect(read(model.stream(request, calm()))).rejects.toMatchObject({ kind: "server" });
        expect(model.places().running).toBe(0);
      }
  });
});

describe("requests", () => {
  test("a function that changes its request changes a copy", async () => {
    const model = inProcess({
      name: "m",
      generate(given) {
        given.messages.length = 0;
        return "ok";
      },
    });
    const own = structuredClone(request);
    await model.generate(own, calm());
    expect(own).toEqual(request);
  });

  test("only parameters that it reads reach it; the others are reported", async () => {
    const seen: ChatRequest[] = [];
    const dropped: string[] = [];
    const model = inProcess({
      name: "m",
      parameters: ["stop"],
      defaults: { temperature: 0.5, maxOutputTokens: 7 },
      generate(given, { maxOutputTokens }) {
        seen.push(given);
        return String(maxOutputTokens);
      },
    });
    const { choices } = await model.generate(
      { ...request, stop: "END", seed: 4, tools: [] },
      { ...calm(), onDropped: (name) => dropped.push(name) },
    );
    expect(choices[0]?.message.content).toBe("7");
    expect(seen[0]).toEqual({ ...request, stop: "END", max_completion_tokens: 7 });
    expect(dropped.sort()).toEqual(["seed", "temperature", "tools"]);
    expect(model.capabilities).toEqual({ tools: false, jsonSchema: false, images: false });
  });

  test("a picture is refused, and not left out", async () => {
    const model = inProcess({ name: "m", generate: () => "ok" });
    const content = [{ type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } }];
    await expect(model.generate({ messages: [{ role: "user", content }] }, calm())).rejects.toMatchObject({
      kind: "unsupported",
    });
  });
});

describe("tokens and cost", () => {
  test("its own tokenizer counts what an answer does not say", async () => {
    const words = (text: string) => text.split(" ").length;
    const model = inProcess({ name: "m", generate: () => "about twelve metres", countTokens: words });
    expect((await model.generate(request, calm())).usage).toEqual({
      prompt_tokens: 7,
      completion_tokens: 3,
      total_tokens: 10,
    });
    const chunks = await read(model.stream(request, calm()));
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(3);
  });

  test.each([
    ["NaN", () => Number.NaN],
    ["a negative number", () => -1],
    ["a text", () => "7" as never],
    ["infinity", async () => Number.POSITIVE_INFINITY],
    [
      "an error",
      () => {
        throw new Error(prompt);
      },
    ],
    ["a rejection", () => Promise.reject(new Error(prompt))],
  ])("a tokenizer that gives %s leaves the count open", async (_, countTokens) => {
    const model = inProcess({ name: "m", generate: () => "ok", countTokens });
    expect((await model.generate(request, calm())).usage).toBeUndefined();
  });

  test("a tokenizer that never ends holds an answer up for a second, and no place", async () => {
    vi.useFakeTimers();
    try {
      const model = inProcess({ name: "m", generate: () => "ok", countTokens: () => new Promise(() => {}) });
      const answer = model.generate(request, calm());
      await vi.advanceTimersByTimeAsync(0);
      expect(model.places().running).toBe(0);
      await vi.advanceTimersByTimeAsync(2_000);
      expect((await answer).usage).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  test("a call costs nothing, or by the second", async () => {
    const models = {
      free: inProcess({ name: "free", generate: () => "ok" }),
      paid: inProcess({ name: "paid", generate: () => "ok", usdPerSecond: 0.01 }),
    };
    expect(models.free.price).toEqual({ usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 });
    expect(models.paid.price?.gpu).toEqual({ usdPerGpuHour: 36 });
    let now = 0;
    const slow = inProcess({
      name: "slow",
      usdPerSecond: 0.01,
      generate: () => {
        now += 2_000;
        return "ok";
      },
    });
    const router = createRouter({ models: { slow }, policy: always("slow"), clock: () => now });
    expect((await router.route(prompt)).costUsd).toBeCloseTo(0.02, 9);
    await router.close();
  });
});

test("the cost of a second excludes a price", () => {
  const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
  expect(() => inProcess({ name: "m", generate: () => "", usdPerSecond: 1, price })).toThrow(
    "inProcess.usdPerSecond must be absent if price is given",
  );
});
