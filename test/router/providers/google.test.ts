import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type ChatRequest,
  type CompletionChunk,
  InvalidOptionError,
  isRouterError,
  MissingConfigurationError,
  type ProviderErrorKind,
  type ProviderOptions,
} from "../../../src/contracts/index.ts";
import { providerConformance, serveScenario } from "../../../src/testing/index.ts";
import { googlePackages } from "../../support/google-packages.ts";
import { event, googleWire, servePlain } from "../../support/google-server.ts";

describe.each(googlePackages)("through $name", ({ google }) => {
  const conformance = providerConformance({
    serve: async (scenario, settings) => {
      const { url, requests, close } = await serveScenario(scenario, googleWire);
      return { model: google("gemini-2.5-flash", { baseUrl: url, ...settings }), requests, close };
    },
    statuses: { authentication: 400, overloaded: 503, timeout: 504 },
    without: {
      "request-id": "the API sends none",
      "cache-write-tokens": "Google reports none",
      "content-filter": "Google blocks a prompt with status 200: tested below",
    },
  });

  describe("google conforms", () => {
    for (const { name, skip, run } of conformance) test(name, { skip: skip !== undefined }, run);
  });

  const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
  const signal = new AbortController().signal;

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** Starts an endpoint that answers every call as the test says; returns a model and the calls received. */
  async function serve(answer: (response: ServerResponse) => void, options: ProviderOptions = {}) {
    const calls: { url: string; headers: NodeJS.Dict<string | string[]>; closed: Promise<unknown> }[] = [];
    const { url, close } = await servePlain((response, { url = "", headers }) => {
      calls.push({ url, headers, closed: once(response, "close") });
      answer(response);
    });
    onTestFinished(close);
    return {
      model: google("gemini-3-flash-preview", { baseUrl: url, apiKey: "key-1", ...options }),
      calls,
      url,
    };
  }

  const json =
    (body: unknown, status = 200) =>
    (response: ServerResponse) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };

  const events =
    (...chunks: unknown[]) =>
    (response: ServerResponse) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).end(chunks.map(event).join(""));
    };

  const answer = (parts: object[], finishReason?: string) => ({
    candidates: [{ content: { role: "model", parts }, ...(finishReason && { finishReason }) }],
  });

  async function collect(stream: AsyncIterable<CompletionChunk>): Promise<CompletionChunk[]> {
    const chunks: CompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  async function failure(promise: Promise<unknown>) {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isRouterError(error, "provider")) throw new Error("not a ProviderError", { cause: error });
    return error;
  }

  describe("the traps of the package", () => {
    test("a stream that is cut or aborted leaves no unhandled rejection behind", async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on("unhandledRejection", note);
      try {
        const cut = await serve((response) => {
          response.writeHead(200).write(event(answer([{ text: "half" }])), () => response.destroy());
        });
        expect((await failure(collect(cut.model.stream(request, { signal })))).kind).toBe("incomplete");

        const stalled = await serve((response) =>
          response.writeHead(200).write(event(answer([{ text: "half" }]))),
        );
        const controller = new AbortController();
        const aborted = collect(stalled.model.stream(request, { signal: controller.signal }));
        while (stalled.calls.length === 0) await new Promise(setImmediate);
        controller.abort("left");
        await expect(aborted).rejects.toBe("left");
        // Rejections are reported once the queue of microtasks is empty.
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        expect(unhandled).toEqual([]);
      } finally {
        process.off("unhandledRejection", note);
      }
    });

    test("a caller who breaks out of a stream closes the connection", async () => {
      const { model, calls } = await serve((response) =>
        response.writeHead(200).write(event(answer([{ text: "half" }]))),
      );
      for await (const chunk of model.stream(request, { signal })) {
        if (chunk.choices[0]?.delta.content) break;
      }
      await calls[0]?.closed;
      expect(calls).toHaveLength(1);
    });

    test("a stream of mixed parts keeps text, tool calls and thought signatures apart", async () => {
      const { model } = await serve(
        events(
          answer([{ text: "I should look. ", thought: true }, { text: "One " }]),
          answer([
            { text: "moment." },
            { functionCall: { name: "depth", args: { at: "quay" } }, thoughtSignature: "c2lnbmVk" },
            { functionCall: { name: "tide", args: {} } },
          ]),
          answer([{ text: "" }], "STOP"),
        ),
      );
      const chunks = await collect(model.stream(request, { signal }));
      const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
      expect(deltas.map(({ content }) => content ?? "").join("")).toBe("One moment.");
      const calls = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
      expect(calls).toMatchObject([
        {
          index: 0,
          function: { name: "depth", arguments: '{"at":"quay"}' },
          extra_content: { google: { thought_signature: "c2lnbmVk" } },
        },
        { index: 1, function: { name: "tide", arguments: "{}" } },
      ]);
      expect(calls[1]).not.toHaveProperty("extra_content");
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
      for (const { id } of calls) expect(id?.length).toBeLessThanOrEqual(40);
      const writers = deltas.flatMap((delta) => (delta as { written_by?: string }).written_by ?? []);
      expect(writers).toEqual(["google:gemini-3-flash-preview"]);
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
    });

    test("thoughts are not part of an answer's text", async () => {
      const { model } = await serve(
        json(answer([{ text: "Let me think.", thought: true }, { text: "12 m" }], "STOP")),
      );
      const completion = await model.generate(request, { signal });
      expect(completion.choices[0]?.message.content).toBe("12 m");
      expect(completion.model).toBe("gemini-3-flash-preview");
    });

    test("the retry delay is read from the body of an error", async () => {
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12.5s" }];
      const { model } = await serve(json({ error: { code: 429, message: "quota", details } }, 429));
      const error = await failure(model.generate(request, { signal }));
      expect(error).toMatchObject({ kind: "rate-limit", status: 429, retryAfterMs: 12_500, retryable: true });
    });

    test("a fetch of the caller's own is used", async () => {
      let asked = 0;
      const counting: typeof fetch = (input, init) => {
        asked += 1;
        return fetch(input, init);
      };
      const { model } = await serve(json(answer([{ text: "12 m" }], "STOP")), { fetch: counting });
      await model.generate(request, { signal });
      expect(asked).toBe(1);
    });

    test("a signal that fires while the key is requested ends the call before anything is sent", async () => {
      const controller = new AbortController();
      const apiKey = async () => {
        controller.abort("too late");
        return "key-2";
      };
      const { model, calls } = await serve(json(answer([{ text: "12 m" }], "STOP")), { apiKey });
      await expect(model.generate(request, { signal: controller.signal })).rejects.toBe("too late");
      await expect(collect(model.stream(request, { signal: controller.signal }))).rejects.toBe("too late");
      expect(calls).toHaveLength(0);
    });

    test("an abort in the moments before a request is sent is not missed", async () => {
      for (let ticks = 0; ticks < 40; ticks += 1) {
        const controller = new AbortController();
        const apiKey = () => {
          let tick = Promise.resolve();
          for (let count = 0; count < ticks; count += 1) tick = tick.then(() => {});
          tick.then(() => controller.abort("too late"));
          return "key-2";
        };
        const { model } = await serve(() => {}, { apiKey });
        await expect(model.generate(request, { signal: controller.signal })).rejects.toBe("too late");
      }
    });

    test("a stream delivers nothing more after an abort, although everything has arrived", async () => {
      const { model } = await serve(events(answer([{ text: "12" }]), answer([{ text: " m" }], "STOP")));
      const controller = new AbortController();
      let delivered = 0;
      const read = async () => {
        for await (const _chunk of model.stream(request, { signal: controller.signal })) {
          delivered += 1;
          controller.abort("enough");
        }
      };
      await expect(read()).rejects.toBe("enough");
      expect(delivered).toBe(1);
    });

    test("a finished call leaves no listener on the caller's signal", async () => {
      const { model } = await serve(json(answer([{ text: "12 m" }], "STOP")));
      const controller = new AbortController();
      const added = vi.spyOn(controller.signal, "addEventListener");
      const removed = vi.spyOn(controller.signal, "removeEventListener");
      await model.generate(request, { signal: controller.signal });
      expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
        added.mock.calls.map(([, listener]) => listener),
      );
    });
  });

  describe("unusable answers", () => {
    const cases: [string, (response: ServerResponse) => void, ProviderErrorKind, RegExp][] = [
      [
        "a blocked prompt",
        json({ promptFeedback: { blockReason: "SAFETY" } }),
        "content-filter",
        /blocked \(SAFETY\)/,
      ],
      [
        "a malformed tool call",
        json(answer([], "MALFORMED_FUNCTION_CALL")),
        "incomplete",
        /MALFORMED_FUNCTION_CALL/,
      ],
      ["no candidates", json({}), "incomplete", /no finish reason/],
      ["null", json(null), "incomplete", /not a JSON object/],
      ["a list", json([]), "incomplete", /not a JSON object/],
      ["no body", (response) => response.writeHead(200).end(), "incomplete", /cannot be read/],
      [
        "an error with status 200",
        json({ error: { code: 503, status: "UNAVAILABLE" } }),
        "overloaded",
        /503/,
      ],
      [
        "a failure whose body is not JSON",
        (response) => response.writeHead(502).end("<html>"),
        "server",
        /502/,
      ],
    ];
    for (const [what, respond, kind, message] of cases) {
      test(`${what}: ${kind}`, async () => {
        const { model } = await serve(respond);
        const error = await failure(model.generate(request, { signal }));
        expect(error.kind).toBe(kind);
        expect(error.message).toMatch(message);
      });
    }

    const streams: [string, (response: ServerResponse) => void, ProviderErrorKind][] = [
      [
        "a blocked prompt",
        events({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }),
        "content-filter",
      ],
      ["no finish reason", events(answer([{ text: "12" }])), "incomplete"],
      ["no event at all", (response) => response.writeHead(200).end(), "incomplete"],
      ["an event that is not an object", events(answer([{ text: "12" }]), "?"), "incomplete"],
      ["an error without the framing of an event", json({ error: { code: 500 } }), "incomplete"],
      ["an error event with a code alone", events({ error: { status: "RESOURCE_EXHAUSTED" } }), "rate-limit"],
    ];
    for (const [what, respond, kind] of streams) {
      test(`in a stream, ${what}: ${kind}`, async () => {
        const { model } = await serve(respond);
        expect((await failure(collect(model.stream(request, { signal })))).kind).toBe(kind);
      });
    }

    test("the key is not shown even if the provider's text quotes it", async () => {
      for (const respond of [
        json({ error: { code: 403, message: "no: key-1" } }, 403),
        events({ error: { message: "key-1" } }),
      ]) {
        const { model } = await serve(respond);
        const error = await failure(collect(model.stream(request, { signal })));
        expect(error.detail).toContain("[key]");
        expect(error.detail).not.toContain("key-1");
      }
    });
  });

  describe("key, endpoint and headers", () => {
    const ok = json(answer([{ text: "12 m" }], "STOP"));

    test("the key is GEMINI_API_KEY, else GOOGLE_API_KEY, read at each call", async () => {
      const { model, calls } = await serve(ok, { apiKey: undefined });
      vi.stubEnv("GEMINI_API_KEY", undefined);
      vi.stubEnv("GOOGLE_API_KEY", undefined);
      const error = await model.generate(request, { signal }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(MissingConfigurationError);
      expect((error as Error).message).toContain("GEMINI_API_KEY");
      vi.stubEnv("GOOGLE_API_KEY", "key-google");
      await model.generate(request, { signal });
      vi.stubEnv("GEMINI_API_KEY", "key-gemini");
      await model.generate(request, { signal });
      expect(calls.map(({ headers }) => headers["x-goog-api-key"])).toEqual(["key-google", "key-gemini"]);
    });

    test("a key function is called before each call", async () => {
      let count = 0;
      const { model, calls } = await serve(ok, { apiKey: () => `key-${++count}` });
      await model.generate(request, { signal });
      await model.generate(request, { signal });
      expect(calls.map(({ headers }) => headers["x-goog-api-key"])).toEqual(["key-1", "key-2"]);
    });

    test("the endpoint may end with a slash, and headers are sent along", async () => {
      const { url, calls } = await serve(ok);
      const model = google("gemini-3-flash-preview", {
        apiKey: "key-1",
        baseUrl: `${url}/proxy/`,
        headers: { "x-team": "pilots" },
      });
      await model.generate(request, { signal });
      expect(calls[0]?.url).toBe("/proxy/v1beta/models/gemini-3-flash-preview:generateContent");
      expect(calls[0]?.headers["x-team"]).toBe("pilots");
    });

    test("headers that the package sets or that HTTP does not allow are refused at construction", () => {
      for (const headers of [
        { "X-Goog-Api-Key": "secret-1" },
        { "x-goog-api-client": "secret-1" },
        { a: "secret-1\n2" },
      ]) {
        const construct = () => google("gemini-2.5-flash", { headers });
        expect(construct).toThrow(InvalidOptionError);
        expect(construct).not.toThrow(/secret-1/);
      }
    });

    test("health requests a token count", async () => {
      const { model, calls } = await serve(json({ totalTokens: 1 }));
      await expect(model.health?.()).resolves.toBe(true);
      expect(calls[0]?.url).toBe("/v1beta/models/gemini-3-flash-preview:countTokens");
      const unknown = await serve(json({ error: { code: 404, message: "no such model" } }, 404));
      expect((await failure(unknown.model.health?.() ?? Promise.resolve())).kind).toBe("not-found");
    });
  });

  describe("against an independent simulator", () => {
    const harbour = new LLMock({ port: 0 });

    test("text, stream and tool call", async () => {
      harbour.onMessage("How deep is the harbour?", { content: "Twelve meters at low tide." });
      harbour.onMessage("Which berth?", {
        toolCalls: [{ name: "find_berth", arguments: '{"length":90}' }],
        finishReason: "stop",
      });
      await harbour.start();
      onTestFinished(() => harbour.stop());
      const model = google("gemini-2.5-flash", { apiKey: "key-1", baseUrl: harbour.url });

      const completion = await model.generate(request, { signal });
      expect(completion.choices[0]?.message.content).toBe("Twelve meters at low tide.");
      const chunks = await collect(model.stream(request, { signal }));
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(
        "Twelve meters at low tide.",
      );

      const asked = await model.generate(
        {
          messages: [{ role: "user", content: "Which berth?" }],
          tools: [{ type: "function", function: { name: "find_berth", parameters: { type: "object" } } }],
        },
        { signal },
      );
      expect(asked.choices[0]).toMatchObject({
        finish_reason: "tool_calls",
        message: {
          content: null,
          tool_calls: [{ function: { name: "find_berth", arguments: '{"length":90}' } }],
        },
      });
    });
  });
});
