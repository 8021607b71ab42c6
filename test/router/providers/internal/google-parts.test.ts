import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChatMessage,
  type Completion,
  type CompletionChunk,
  isRouterError,
} from "../../../../src/contracts/index.ts";
import { createAssembler } from "../../../../src/router/call/assembler.ts";
import { usageOf } from "../../../../src/router/cost/usage-of.ts";
import { toChunks, toCompletion } from "../../../../src/router/providers/internal/google-answer.ts";
import { googleArguments } from "../../../../src/router/providers/internal/google-arguments.ts";
import { toGoogleRequest } from "../../../../src/router/providers/internal/google-request.ts";
import { runs } from "../../../support/runs.ts";

// Forms and counts are those of real answers, as public test suites recorded them: AI SDK (vercel/ai, packages/google/src/__fixtures__),
// js-genai (googleapis/js-genai, test/system/recordings) and pydantic-ai (tests/models/google/cassettes), 2026-08-22. Texts are our own.

const context = {
  name: "pro",
  writer: "google:gemini-3-pro",
  model: "gemini-3-pro",
  apiKey: "key-1",
  created: 1_700_000_000,
};
const target = { name: "pro", writer: context.writer, model: "gemini-3-pro" };

const piece = (parts: object[], more: object = {}, meta: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
  ...meta,
});
const stop = { finishReason: "STOP" };

async function streamed(...responses: object[]): Promise<Completion> {
  async function* given() {
    yield* responses;
  }
  const assembler = createAssembler();
  for await (const chunk of toChunks(given(), context)) assembler.add(chunk as CompletionChunk);
  return assembler.completion();
}

const whole = (parts: object[], more: object = {}, meta: object = {}) =>
  toCompletion(piece(parts, { ...stop, ...more }, meta), context);
const messageOf = ({ choices }: Completion) => choices[0]?.message as Completion["choices"][0]["message"];

/** The parts of the model's turn in the next request. */
function sentBack(message: ChatMessage, to = target): unknown {
  const messages: ChatMessage[] = [{ role: "user", content: "Go" }, message];
  const { contents } = toGoogleRequest({ messages }, to).body;
  return JSON.parse(JSON.stringify(contents[1]?.parts ?? []));
}

describe("parts of an answer", () => {
  test("thoughts are reasoning, and images are data URLs, whole and streamed", async () => {
    const parts = [
      { text: "Plan it.", thought: true },
      { text: "Here:" },
      { inlineData: { mimeType: "image/png", data: "iVBORw0K" } },
    ];
    const expected = {
      content: "Here:",
      reasoning_content: "Plan it.",
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0K" } }],
      written_by: context.writer,
    };
    expect(messageOf(whole(parts))).toMatchObject(expected);
    expect(messageOf(await streamed(...parts.map((one) => piece([one])), piece([], stop)))).toMatchObject(
      expected,
    );
    expect(messageOf(whole(parts))).not.toHaveProperty("provider_parts");
  });

  test("an image is there once, also where its part is signed, and goes back as it came", () => {
    const parts = [
      { text: "Here:" },
      { inlineData: { mimeType: "image/jpeg", data: "/9j/4AAQ" }, thoughtSignature: "c2lnMQ==" },
    ];
    const message = messageOf(whole(parts));
    expect(JSON.stringify(message).split("/9j/4AAQ")).toHaveLength(2);
    expect(sentBack(message)).toEqual(parts);
    expect(sentBack({ ...message, images: [] } as ChatMessage)).toEqual([{ text: "Here:" }]);
  });

  test("what has no other place goes back to its writer as it came, and to no one else", async () => {
    const parts = [
      {
        toolCall: { toolType: "GOOGLE_SEARCH_WEB", args: { queries: ["depth"] }, id: "t1" },
        thoughtSignature: "YQ==",
      },
      {
        toolResponse: { toolType: "GOOGLE_SEARCH_WEB", response: { hits: 1 }, id: "t1" },
        thoughtSignature: "Yg==",
      },
      { executableCode: { language: "PYTHON", code: "print(12)" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "12\n" } },
      { text: "Twelve." },
      { text: "", thoughtSignature: "Yw==" },
      { functionCall: { id: "f1", name: "note", args: { depth: 12 } }, thoughtSignature: "ZA==" },
    ];
    for (const message of [
      messageOf(whole(parts)),
      messageOf(await streamed(...parts.map((one) => piece([one])), piece([], stop))),
    ]) {
      expect(message).toMatchObject({
        content: "Twelve.",
        written_by: context.writer,
        provider_parts: parts,
      });
      expect(sentBack(message)).toEqual(parts);
      const foreign = { ...target, writer: "google:gemini-3-flash", model: "gemini-3-flash" };
      expect(sentBack(message, foreign)).toEqual([
        { text: "Twelve." },
        {
          functionCall: { id: "f1", name: "note", args: { depth: 12 } },
          thoughtSignature: "skip_thought_signature_validator",
        },
      ]);
    }
  });

  test("a message that was changed is sent as it says", () => {
    const message = messageOf(whole([{ text: "Twelve.", thoughtSignature: "YQ==" }]));
    expect(sentBack(message)).toEqual([{ text: "Twelve.", thoughtSignature: "YQ==" }]);
    expect(sentBack({ ...message, content: "Thirteen." } as ChatMessage)).toEqual([{ text: "Thirteen." }]);
    const odd = { ...message, provider_parts: ["x"] } as unknown as ChatMessage;
    expect(sentBack(odd)).toEqual([{ text: "Twelve." }]);
  });

  test("ids of calls that were made here are those of the parts, and those of their results", () => {
    const message = messageOf(
      whole([{ text: "So.", thoughtSignature: "YQ==" }, { functionCall: { name: "note", args: {} } }]),
    );
    const id = message.tool_calls?.[0]?.id ?? "";
    const messages: ChatMessage[] = [
      { role: "user", content: "Go" },
      message,
      { role: "tool", tool_call_id: id, content: "noted" },
    ];
    const { contents } = toGoogleRequest({ messages }, target).body;
    expect(contents[1]?.parts[1]?.functionCall?.id).toBe(id);
    expect(contents[2]?.parts[0]?.functionResponse?.id).toBe(id);
  });

  test("sound is one WAV file, or the samples that were asked for", async () => {
    const sound = (data: string) => ({ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data } });
    const samples = [Buffer.from([1, 0, 2]), Buffer.from([0])];
    const [first, second] = samples.map((bytes) => piece([sound(bytes.toString("base64"))]));
    const { audio } = messageOf(await streamed(first as object, second as object, piece([], stop)));
    const wav = Buffer.from(audio?.data ?? "", "base64");
    expect(wav.subarray(0, 4).toString()).toBe("RIFF");
    expect(wav.readUInt32LE(24)).toBe(24_000);
    expect([...wav.subarray(44)]).toEqual([1, 0, 2, 0]);
    const pcm = toCompletion(piece([sound("AQACAA==")], stop), { ...context, sound: "pcm16" });
    expect(messageOf(pcm).audio?.data).toBe("AQACAA==");
  });

  test("another answer than the first is left out", async () => {
    const second = { index: 1, content: { parts: [{ text: "no" }] }, finishReason: "MAX_TOKENS" };
    const both = { candidates: [second, { content: { parts: [{ text: "yes" }] }, finishReason: "STOP" }] };
    for (const answer of [toCompletion(both, context), await streamed(both, { candidates: [second] })])
      expect(answer.choices).toMatchObject([{ message: { content: "yes" }, finish_reason: "stop" }]);
  });

  test("any parts come back in their order, whole and streamed", async () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    const signature = fc.base64String({ minLength: 4 });
    const part = fc.oneof(
      fc.record({ text, thoughtSignature: signature }, { requiredKeys: ["text"] }),
      fc.record(
        { text, thought: fc.constant(true), thoughtSignature: signature },
        { requiredKeys: ["text", "thought"] },
      ),
      fc.record({ executableCode: fc.record({ language: fc.constant("PYTHON"), code: text }) }),
      fc.record({ toolCall: fc.dictionary(text, fc.jsonValue()) }),
      fc.record({ inlineData: fc.record({ mimeType: fc.constant("image/png"), data: signature }) }),
      fc.record(
        {
          functionCall: fc.record({ id: fc.uuid(), name: text, args: fc.dictionary(text, fc.jsonValue()) }),
          thoughtSignature: signature,
        },
        { requiredKeys: ["functionCall"] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (generated) => {
        // The last one has no other place, so that all are kept.
        const parts = [...JSON.parse(JSON.stringify(generated)), { text: "", thoughtSignature: "YQ==" }];
        const expected: { text?: string; thought?: boolean; thoughtSignature?: string }[] = [];
        for (const one of parts) {
          const last = expected.at(-1);
          const isPlain = (it: typeof last) => it?.text !== undefined && it.thoughtSignature === undefined;
          if (last && isPlain(last) && isPlain(one) && last.thought === one.thought) last.text += one.text;
          else expected.push({ ...one });
        }
        const to = { ...target, model: "gemini-2.5-pro" };
        for (const answer of [
          whole(parts),
          await streamed(...parts.map((one) => piece([one])), piece([], stop)),
        ])
          expect(sentBack(messageOf(answer), to)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      { numRuns: runs(100, 10_000) },
    );
  });
});

describe("arguments in pieces", () => {
  const call = (functionCall: object, more: object = {}) => piece([{ functionCall, ...more }]);
  const add = (jsonPath: string, value: object, willContinue = true) =>
    call({ partialArgs: [{ jsonPath, ...value }], willContinue });

  test("are one call, whose end may be missing", async () => {
    const pieces = [
      call({ name: "cook", willContinue: true }, { thoughtSignature: "YQ==" }),
      add("$.recipe.steps[0].text", { stringValue: "Boil", willContinue: true }),
      add("$.recipe.steps[0].text", { stringValue: " water", willContinue: true }),
      add("$.recipe.steps[0].text", { stringValue: "" }),
      add("$.recipe.steps[1]['min utes']", { numberValue: 3 }),
      add("$.recipe.hot", { boolValue: true }),
      add("$.recipe.note", { nullValue: "NULL_VALUE" }),
    ];
    const expected = [
      {
        type: "function",
        function: {
          name: "cook",
          arguments: '{"recipe":{"steps":[{"text":"Boil water"},{"min utes":3}],"hot":true,"note":null}}',
        },
        extra_content: { google: { thought_signature: "YQ==" } },
      },
    ];
    for (const end of [[call({})], [call({ willContinue: true }), call({})], []]) {
      const answer = await streamed(...pieces, ...end, piece([{ text: "" }], stop));
      expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
      expect(messageOf(answer).tool_calls).toMatchObject(expected);
    }
  });

  test("of several calls belong to the one that is open", async () => {
    const answer = await streamed(
      call({ name: "theme" }),
      call({ name: "screen", willContinue: true }),
      add("$.id", { stringValue: "A" }),
      call({}),
      call({ name: "screen", willContinue: true }),
      add("$.id", { stringValue: "B" }, false),
      piece([], stop),
    );
    expect(messageOf(answer).tool_calls?.map((one) => "function" in one && one.function)).toEqual([
      { name: "theme", arguments: "{}" },
      { name: "screen", arguments: '{"id":"A"}' },
      { name: "screen", arguments: '{"id":"B"}' },
    ]);
  });

  test("that have no place make the answer incomplete", async () => {
    for (const jsonPath of ["$", "id", "$..id", "$.a[999999999]", "$.a[0]", `$${".a".repeat(1_000)}`])
      await expect(
        streamed(
          call({ name: "f", willContinue: true }),
          add("$.a", { stringValue: "x" }),
          add(jsonPath, { stringValue: "y" }),
          piece([], stop),
        ),
      ).rejects.toMatchObject({ kind: "incomplete" });
  });

  test("take any path without harm", () => {
    const key = fc.oneof(
      fc.constantFrom(".__proto__", ".constructor", "[0]", "[7]", "[900]", "['a.b']", '["c"]', ".length"),
      fc.string().map((name) => `.${name}`),
    );
    const value = fc.oneof(
      fc.record({ stringValue: fc.string() }),
      fc.record({ numberValue: fc.double() }),
      fc.constant({ nullValue: "NULL_VALUE" }),
      fc.jsonValue().map((odd) => ({ stringValue: odd })),
    );
    const one = fc.oneof(
      fc
        .tuple(fc.array(key, { maxLength: 5 }), value)
        .map(([keys, said]) => ({ jsonPath: `$${keys.join("")}`, ...said })),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(one), (pieces) => {
        const args = googleArguments({ a: 1 });
        args.add(pieces);
        expect(args.json().length).toBeLessThan(1_000_000);
        expect(JSON.parse(args.json())).toBeTypeOf("object");
      }),
      { numRuns: runs(200, 100_000) },
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("sources", () => {
  const web = (uri: string, title: string) => ({ web: { uri, title } });

  test("are annotations, whose places are characters and not bytes", () => {
    const text = "Tief: 12 m – größer 🚢 als gedacht.";
    const bytes = (upTo: string) => Buffer.byteLength(text.slice(0, text.indexOf(upTo) + upTo.length));
    const groundingMetadata = {
      webSearchQueries: ["", "depth of the harbour"],
      groundingChunks: [
        web("https://a.example/1", "a.example"),
        { retrievedContext: { title: "Chart", text: "12 m" } },
      ],
      groundingSupports: [
        { segment: { endIndex: bytes("12 m"), text: "Tief: 12 m" }, groundingChunkIndices: [0, 1] },
        { segment: { startIndex: bytes("– "), endIndex: bytes("🚢") }, groundingChunkIndices: [1, 7] },
      ],
    };
    const answer = whole([{ text }], { groundingMetadata });
    const cited = messageOf(answer).annotations?.map(({ url_citation: at }) => [
      text.slice(at.start_index, at.end_index),
      at.url,
      at.title,
    ]);
    expect(cited).toEqual([
      ["Tief: 12 m", "https://a.example/1", "a.example"],
      ["Tief: 12 m", "file:Chart", "Chart"],
      ["größer 🚢", "file:Chart", "Chart"],
    ]);
    expect(messageOf(answer).provider_metadata).toEqual({ groundingMetadata });
  });

  test("that no passage names cite the whole text", async () => {
    const groundingMetadata = { groundingChunks: [web("https://a.example/1", "a.example")] };
    const answer = await streamed(
      piece([{ text: "Twelve" }]),
      piece([{ text: " m" }], { ...stop, groundingMetadata }),
    );
    expect(messageOf(answer).annotations).toEqual([
      {
        type: "url_citation",
        url_citation: { start_index: 0, end_index: 8, url: "https://a.example/1", title: "a.example" },
      },
    ]);
  });

  test("of pages that were read are kept", () => {
    const urlContextMetadata = {
      urlMetadata: [
        { retrievedUrl: "https://a.example", urlRetrievalStatus: "URL_RETRIEVAL_STATUS_SUCCESS" },
      ],
    };
    expect(messageOf(whole([{ text: "a" }], { urlContextMetadata })).provider_metadata).toEqual({
      urlContextMetadata,
    });
  });
});

describe("counts", () => {
  test("what tools at Google brought is input", () => {
    const { usage } = whole(
      [{ text: "a" }],
      {},
      {
        usageMetadata: {
          promptTokenCount: 85,
          candidatesTokenCount: 28,
          thoughtsTokenCount: 54,
          toolUsePromptTokenCount: 132,
          totalTokenCount: 299,
        },
      },
    );
    expect(usageOf(usage)).toMatchObject({ inputTokens: 217, outputTokens: 82, reasoningTokens: 54 });
  });

  test("an answer of calls alone without a count of its own has what the total leaves", () => {
    const { usage } = whole(
      [{ functionCall: { name: "f", args: {} } }],
      {},
      {
        usageMetadata: {
          promptTokenCount: 432,
          thoughtsTokenCount: 18,
          toolUsePromptTokenCount: 78,
          totalTokenCount: 528,
        },
      },
    );
    expect(usageOf(usage)).toMatchObject({ inputTokens: 510, outputTokens: 18 });
  });

  test("pieces of a stream that tell different counts are added up", async () => {
    const told = (usageMetadata: object) => ({ usageMetadata });
    const { usage } = await streamed(
      piece(
        [{ toolCall: { id: "t" } }],
        {},
        told({ promptTokenCount: 9, candidatesTokenCount: 15, thoughtsTokenCount: 78 }),
      ),
      piece(
        [{ text: "a" }],
        {},
        told({ promptTokenCount: 9, candidatesTokenCount: 7, thoughtsTokenCount: 35 }),
      ),
      piece(
        [{ text: "b" }],
        {},
        told({ promptTokenCount: 9, candidatesTokenCount: 21, thoughtsTokenCount: 35 }),
      ),
      piece(
        [{ text: "" }],
        stop,
        told({ promptTokenCount: 87, totalTokenCount: 165, thoughtsTokenCount: 78 }),
      ),
    );
    expect(usageOf(usage)).toMatchObject({ inputTokens: 87, outputTokens: 99, reasoningTokens: 78 });
  });

  test("a count from before more text is not that of the answer", async () => {
    const { usage } = await streamed(
      piece(
        [{ text: "a" }],
        {},
        { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 7, totalTokenCount: 16 } },
      ),
      piece([{ text: "b" }], stop),
    );
    expect(usageOf(usage)).toBeUndefined();
  });

  test("searches are those that are billed: each one from Gemini 3 on, once before", () => {
    const groundingMetadata = { webSearchQueries: ["", "a", "b"] };
    const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: 5 };
    const searched = (model: string) =>
      toCompletion(piece([{ text: "a" }], { ...stop, groundingMetadata }, { usageMetadata }), {
        ...context,
        model,
      }).usage;
    expect(searched("gemini-3-pro")).toMatchObject({ server_tool_use: { web_search_requests: 2 } });
    expect(searched("gemini-2.5-pro")).toMatchObject({ server_tool_use: { web_search_requests: 1 } });
  });
});

describe("the end of an answer", () => {
  test("Google's word stands beside ours where it says more", () => {
    expect(whole([{ text: "a" }]).choices[0]).not.toHaveProperty("native_finish_reason");
    expect(whole([{ text: "a" }], { finishReason: "MODEL_ARMOR" }).choices[0]).toMatchObject({
      finish_reason: "content_filter",
      native_finish_reason: "MODEL_ARMOR",
    });
    expect(whole([{ text: "a" }], { finishReason: "OF_TOMORROW" }).choices[0]).toMatchObject({
      finish_reason: "stop",
      native_finish_reason: "OF_TOMORROW",
    });
    expect(() => whole([], { finishReason: "OF_TOMORROW" })).toThrow(
      expect.objectContaining({ kind: "incomplete" }),
    );
  });

  test("an empty stream, a stream without an end and a blocked prompt are failures", async () => {
    await expect(streamed()).rejects.toMatchObject({ kind: "incomplete" });
    await expect(streamed(piece([{ text: "a" }]))).rejects.toMatchObject({ kind: "incomplete" });
    await expect(streamed({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } })).rejects.toMatchObject({
      kind: "content-filter",
    });
  });
});

describe("answers of servers that lie", () => {
  const recorded = [
    piece(
      [
        { text: "Plan.", thought: true },
        { text: "Twelve.", thoughtSignature: "YQ==" },
        { inlineData: { mimeType: "image/png", data: "iVBORw0K" } },
        { functionCall: { id: "f1", name: "note", args: { depth: 12 } }, thoughtSignature: "ZA==" },
        { executableCode: { language: "PYTHON", code: "1" } },
      ],
      {
        groundingMetadata: {
          webSearchQueries: ["depth"],
          groundingChunks: [{ web: { uri: "https://a.example", title: "a" } }],
          groundingSupports: [{ segment: { startIndex: 1, endIndex: 4 }, groundingChunkIndices: [0] }],
        },
      },
      { responseId: "r-1", modelVersion: "m", promptFeedback: {}, error: null },
    ),
    piece([{ functionCall: { name: "cook", willContinue: true } }]),
    piece([
      { functionCall: { partialArgs: [{ jsonPath: "$.a[0]", stringValue: "x" }], willContinue: true } },
    ]),
    piece([{ functionCall: {} }], stop, {
      usageMetadata: {
        promptTokenCount: 1,
        candidatesTokenCount: 2,
        promptTokensDetails: [{ modality: "AUDIO" }],
      },
    }),
  ];

  /** Puts values in the place of others, or takes them away. */
  function mutated(given: unknown, changes: readonly (readonly [number, unknown])[]): unknown {
    let result: unknown = JSON.parse(JSON.stringify(given));
    for (const [at, value] of changes) {
      const places: [Record<string, unknown>, string][] = [];
      JSON.stringify({ result }, function (this: Record<string, unknown>, key, held) {
        if (key !== "") places.push([this, key]);
        return held;
      });
      const [holder, key] = places[at % places.length] ?? [{}, ""];
      if (key === "result") result = value;
      else holder[key] = value;
    }
    return result;
  }

  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      "constructor",
      "__proto__",
      "length",
      -1,
      1e21,
      "STOP",
      "OF_TOMORROW",
      {},
      [],
      null,
      true,
    ),
  );
  const changes = fc.array(fc.tuple(fc.nat(200), odd), { maxLength: 4 });

  test("are answers in the shape of chat completions, or typed failures", async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (given) => {
        const responses = mutated(recorded, given);
        const list = (Array.isArray(responses) ? responses : [responses]) as object[];
        const read = [...list.map((one) => async () => toCompletion(one, context)), () => streamed(...list)];
        for (const answer of read) {
          let completion: Completion;
          try {
            completion = await answer();
          } catch (error) {
            if (!isRouterError(error, "provider")) throw error;
            continue;
          }
          const { choices, model, id } = completion;
          expect([typeof model, typeof id, choices.length]).toEqual(["string", "string", 1]);
          const message = messageOf(completion);
          expect(message.content === null || typeof message.content === "string").toBe(true);
          expect(["stop", "length", "tool_calls", "content_filter"]).toContain(choices[0]?.finish_reason);
          for (const call of message.tool_calls ?? [])
            expect(call).toMatchObject({ id: expect.any(String), function: { name: expect.any(String) } });
          for (const { url_citation: cited } of message.annotations ?? [])
            expect(cited.url).toBeTypeOf("string");
          expect(JSON.stringify(completion)).not.toContain("[object Object]");
          // It can be sent back.
          sentBack(message);
        }
      }),
      { numRuns: runs(300, 20_000) },
    );
  });
});

describe("what a request asks for", () => {
  const bodyOf = (request: object) =>
    toGoogleRequest({ messages: [{ role: "user", content: "Go" }], ...request }, target);

  test("sound of the user is sent with the request", () => {
    const content = [{ type: "input_audio", input_audio: { data: "UklGRg==", format: "mp3" } }];
    expect(bodyOf({ messages: [{ role: "user", content }] }).body.contents[0]?.parts).toEqual([
      { inlineData: { mimeType: "audio/mp3", data: "UklGRg==" } },
    ]);
  });

  test("images and sound of the model are asked for by kind", () => {
    expect(bodyOf({ modalities: ["text"] }).body.generationConfig).not.toHaveProperty("responseModalities");
    expect(bodyOf({ modalities: ["text", "image"] }).body.generationConfig).toMatchObject({
      responseModalities: ["TEXT", "IMAGE"],
    });
    const spoken = bodyOf({ modalities: ["text", "audio"], audio: { voice: "Kore", format: "mp3" } });
    expect(spoken.body.generationConfig).toMatchObject({
      responseModalities: ["AUDIO"],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
    });
    expect(spoken.dropped).toEqual(["audio.format"]);
  });
});
