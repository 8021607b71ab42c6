import { expect, test } from "vitest";
import type { NativeRequest } from "../../../src/contracts/index.ts";
import { HeldText } from "../../../src/router/request/held-text.ts";
import { normaliseRequest } from "../../../src/router/request/normalise.ts";
import { addTexts, sentTexts } from "../../../src/router/request/sent-texts.ts";

const limits = { maxCharacters: 1e9, estimateTokens: (text: string) => text.length / 4 };
const charactersOf = (message: object) =>
  normaliseRequest({ messages: [message] } as never, limits).characters;
const part = (given: object) => charactersOf({ role: "user", content: [given] });

test("words of the wire are no text, whatever else a message says is", () => {
  expect(charactersOf({ role: "user", content: "hello" })).toBe(5);
  expect(part({ type: "text", text: "hello" })).toBe(5);
  expect(part({ type: "text", text: "hello", note: "me" })).toBe(11);
  expect(part({ type: "odd", of: [1, 2.5] })).toBe(3 + 2 + 6 + 24);
  expect(charactersOf({ role: "tool", tool_call_id: "call_1", content: "hello" })).toBe(11);
});

test("images and sound are no text, text files are theirs, and what only looks like a file is", () => {
  const data = btoa("x".repeat(300));
  const image = (url: string) => part({ type: "image_url", image_url: { url } });
  expect(image(`data:image/png;base64,${data}`)).toBe(0);
  expect(image(`data:image/png;of=me;base64,${data}`)).toBe("data:image/png;of=me;base64".length);
  expect(image("https://a.org/a.png")).toBe(19);
  expect(part({ type: "input_audio", input_audio: { data, format: "wav" } })).toBe(3);
  const file = part({ type: "file", file: { file_data: `data:text/plain;base64,${data}` } });
  expect(file).toBeGreaterThan(299);
  expect(file).toBeLessThan(330);
  expect(part({ type: "odd", of: `data:image/png;base64,${data}` })).toBeGreaterThan(400);
});

test("a look at a value that is sent without end ends", () => {
  let wide: unknown = { end: "x" };
  for (let level = 0; level < 60; level += 1) wide = { left: wide, right: wide };
  const sent = sentTexts(10_000);
  addTexts(sent, wide);
  expect(sent.characters).toBeLessThan(20_000);
});

test("what a body says more often than its translation counts each time", () => {
  const text = "word ".repeat(2_000);
  const chat = { messages: [{ role: "user" as const, content: text }] };
  const body = {
    messages: [{ role: "user", content: text }],
    of_tomorrow: Array.from({ length: 50 }, () => text),
  };
  const native: NativeRequest = { protocol: "messages", text: JSON.stringify(body), headers: {} };
  const facts = normaliseRequest(chat, limits, new HeldText(chat, native));
  expect(facts.characters).toBeGreaterThan(51 * text.length);
  expect(facts.inputTokens).toBeGreaterThan((51 * text.length) / 4);
});
