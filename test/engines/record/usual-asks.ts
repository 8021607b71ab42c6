import type { Engine, ServerSetup } from "../engine.ts";
import { ask as messages } from "../engine-case.ts";
import type { Ask, Recording } from "./ask.ts";

const parameters = {
  type: "object",
  properties: { place: { type: "string", enum: ["harbour", "bay"] } },
  required: ["place"],
  additionalProperties: false,
};
const tools = [{ type: "function", function: { name: "get_depth", parameters } }];
const schema = {
  type: "object",
  properties: { kind: { type: "string", enum: ["deep", "shallow"] } },
  required: ["kind"],
  additionalProperties: false,
};
const form = (of: object) => ({
  type: "json_schema",
  json_schema: { name: "answer", schema: of, strict: true },
});
const busy: ServerSetup = { model: "slow", slots: 1 };
const chat = "/v1/chat/completions";

/** What all engines are asked. `window` is that of the shared server. */
export function usualAsks({ quirks }: Engine, recording: Recording, window: number): readonly Ask[] {
  const call = { model: "small", messages: messages(), max_tokens: 5, seed: 2, temperature: 0 };
  const streamed = { stream: true, stream_options: { include_usage: true } };
  const called = { ...call, tools, tool_choice: "required", max_tokens: 200, ...quirks.callsATool };
  const { describedBy, oneRunsTwoWait, loadingStatus, asks } = recording;
  return [
    ...Object.entries(describedBy).map(
      ([path, body]): Ask => ({
        name: `says what it is: ${path}`,
        reads: { as: "description" },
        path,
        ...(body && { body }),
      }),
    ),
    { name: "is healthy", reads: { as: "health", healthy: true }, path: "/health" },
    { name: "a whole answer", reads: { as: "answer" }, path: chat, body: call },
    { name: "an answer in pieces", reads: { as: "stream" }, path: chat, body: { ...call, ...streamed } },
    { name: "a call of a function", reads: { as: "answer", has: ["call"] }, path: chat, body: called },
    {
      name: "a call of a function, in pieces",
      reads: { as: "stream", has: ["call"] },
      path: chat,
      body: { ...called, ...streamed },
    },
    {
      name: "an answer of a JSON schema",
      reads: { as: "answer", has: ["json"] },
      path: chat,
      body: { ...call, max_tokens: 60, response_format: form(schema) },
    },
    {
      name: "probabilities of tokens",
      reads: { as: "answer", has: ["logprobs"] },
      path: chat,
      body: { ...call, max_tokens: 2, logprobs: true, top_logprobs: 2 },
    },
    {
      name: "probabilities of tokens, in pieces",
      reads: { as: "stream", has: ["logprobs"] },
      path: chat,
      body: { ...call, max_tokens: 2, logprobs: true, top_logprobs: 2, ...streamed },
    },
    {
      name: "a thought before the answer",
      reads: { as: "answer", has: ["thought"] },
      path: chat,
      server: { model: "thinking" },
      body: { ...call, model: "thinking", max_tokens: 60, temperature: 1, seed: 4, ...quirks.endsAThought },
    },
    {
      name: "a prompt that is longer than the window",
      reads: { as: "refusal", kind: "context-overflow", contextWindow: window },
      path: chat,
      body: { ...call, messages: messages("word ".repeat(2 * window)) },
    },
    {
      name: "the same, in pieces",
      reads: { as: "refusal", kind: "context-overflow", contextWindow: window },
      path: chat,
      body: { ...call, ...streamed, messages: messages("word ".repeat(2 * window)) },
    },
    {
      name: "a wrong key",
      reads: { as: "refusal", kind: "authentication" },
      path: chat,
      key: "another-key",
      body: call,
    },
    { name: "no key", reads: { as: "refusal", kind: "authentication" }, path: chat, key: "", body: call },
    {
      name: "a model that it has not",
      reads: quirks.answersForAnyModel ? { as: "answer" } : { as: "refusal", kind: "not-found" },
      path: chat,
      body: { ...call, model: "no-such-model" },
    },
    {
      name: "a schema that is none",
      reads: { as: "refusal", kind: "invalid-request" },
      path: chat,
      body: { ...call, response_format: form({ type: "no-such-type" }) },
    },
    { name: "a path that it has not", reads: { as: "words" }, path: "/v1/no-such-path" },
    ...(oneRunsTwoWait === undefined
      ? []
      : ([
          {
            name: "metrics of one call that runs and two that wait",
            reads: { as: "load", running: 1, waiting: 2 },
            path: "/metrics",
            server: busy,
            calls: 3,
            until: { text: oneRunsTwoWait },
          },
        ] satisfies Ask[])),
    ...(loadingStatus === undefined
      ? []
      : ([
          {
            name: "a call while the model is loaded",
            reads: { as: "refusal", kind: "overloaded" },
            path: chat,
            body: { ...call, model: "slow" },
            server: { model: "slow", slots: 2 },
            loading: true,
            until: { status: loadingStatus },
          },
        ] satisfies Ask[])),
    ...asks,
  ];
}
