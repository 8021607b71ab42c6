import { expect, test } from "vitest";
import type { CompletionChunk } from "../../src/contracts/index.ts";
import { type FakeModelOptions, fakeModel } from "../../src/testing/index.ts";

const request = { messages: [{ role: "user" as const, content: "Hello" }] };
const { signal } = new AbortController();

async function collect(options: FakeModelOptions): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of fakeModel(options).stream(request, { signal })) chunks.push(chunk);
  return chunks;
}

const textsOf = (chunks: readonly CompletionChunk[]) =>
  chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.content ?? []));

test("it answers, has a name, and records its requests", async () => {
  const model = fakeModel({ model: "tiny", labels: { residency: "eu" } });
  expect(model).toMatchObject({
    name: "fake:tiny",
    provider: "fake",
    model: "tiny",
    labels: { residency: "eu" },
  });
  const completion = await model.generate(request, { signal });
  expect(completion).toMatchObject({
    model: "tiny",
    choices: [{ finish_reason: "stop", message: { role: "assistant", content: "ok" } }],
  });
  expect(model.requests).toEqual([request]);
});

test("the answer may depend on the request", async () => {
  const model = fakeModel({ answer: async ({ messages }) => `${messages.length} message` });
  const completion = await model.generate(request, { signal });
  expect(completion.choices[0]?.message.content).toBe("1 message");
});

test("usage is estimated, or as given", async () => {
  const estimated = await fakeModel({ answer: "12345678" }).generate(request, { signal });
  expect(estimated.usage).toMatchObject({ completion_tokens: 2 });
  const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 3 };
  const given = await fakeModel({ usage }).generate(request, { signal });
  expect(given.usage).toEqual({
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 },
  });
});

test("a stream comes in pieces and ends with finish reason and usage", async () => {
  const chunks = await collect({ answer: "one two three" });
  expect(textsOf(chunks)).toEqual(["one ", "two ", "three"]);
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
  expect(textsOf(await collect({ answer: "abc", piecesOf: (text) => text.split("") }))).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test("it can call tools", async () => {
  const toolCall = { id: "c1", type: "function" as const, function: { name: "f", arguments: "{}" } };
  const answer = { toolCalls: [toolCall] };
  const completion = await fakeModel({ answer }).generate(request, { signal });
  expect(completion.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { content: null, tool_calls: [toolCall] },
  });
  const chunks = await collect({ answer });
  expect(chunks[0]?.choices[0]?.delta.tool_calls).toEqual([{ index: 0, ...toolCall }]);
  expect(chunks[1]?.choices[0]?.finish_reason).toBe("tool_calls");
});

test("it fails if configured to, also after some pieces of a stream", async () => {
  const error = new Error("as configured");
  await expect(fakeModel({ error }).generate(request, { signal })).rejects.toBe(error);
  await expect(collect({ error })).rejects.toBe(error);

  const pieces: CompletionChunk[] = [];
  const stream = fakeModel({ answer: "one two three", error, piecesBeforeError: 2 }).stream(request, {
    signal,
  });
  const read = async () => {
    for await (const chunk of stream) pieces.push(chunk);
  };
  await expect(read()).rejects.toBe(error);
  expect(textsOf(pieces)).toEqual(["one ", "two "]);
});

test("an abort rejects with the signal's reason, before the call, while it waits, and between pieces", async () => {
  const reason = new Error("enough");
  await expect(fakeModel().generate(request, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const waiting = new AbortController();
  const never = fakeModel({ wait: () => new Promise(() => {}) }).generate(request, {
    signal: waiting.signal,
  });
  waiting.abort(reason);
  await expect(never).rejects.toBe(reason);

  const reading = new AbortController();
  const read = async () => {
    for await (const _ of fakeModel({ answer: "one two" }).stream(request, { signal: reading.signal }))
      reading.abort(reason);
  };
  await expect(read()).rejects.toBe(reason);
});

test("a wait is awaited before the answer and before each chunk of text", async () => {
  const log: string[] = [];
  const wait = async () => {
    log.push("wait");
  };
  for await (const { choices } of fakeModel({ answer: "one two", wait }).stream(request, { signal }))
    if (choices[0]?.delta.content) log.push(choices[0].delta.content);
  expect(log).toEqual(["wait", "one ", "wait", "two", "wait"]);
});
