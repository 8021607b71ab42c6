import { type LoopbackServer, sendEvents, sendJson, serveWith } from "../serve-with.ts";
import { checkFields, checkSignature, type Json, newId, nextStep, Refusal, refuse } from "./script.ts";

const messageFields: Readonly<Record<string, readonly string[]>> = {
  user: ["role", "content", "name"],
  assistant: ["role", "content", "refusal", "name", "audio", "tool_calls", "function_call"],
  tool: ["role", "content", "tool_call_id"],
};

export interface StrictOpenAiOptions {
  /**
   * Server that is imitated. `openai`: OpenAI's own API. `reasoning`: a server whose answers carry
   * `reasoning_content`, which it accepts only from itself, and whose ids restart in each answer.
   */
  readonly style: "openai" | "reasoning";
}

/** Starts a server that checks a history strictly: fields, ids, results. */
export async function serveStrictOpenAi({ style }: StrictOpenAiOptions): Promise<LoopbackServer> {
  const server = await serveWith((response, { body }) => {
    try {
      check(body, style);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return sendJson(
        response,
        { error: { message: error.message, type: "invalid_request_error", code: null } },
        400,
      );
    }
    const completion = answerTo(body, style);
    if (body.stream !== true) return sendJson(response, completion);
    return sendEvents(response, [...chunksOf(completion), "[DONE]"]);
  });
  return { ...server, url: `${server.url}/v1` };
}

function check({ model, messages }: Json, style: StrictOpenAiOptions["style"]): void {
  let due: string[] = [];
  for (const [at, message] of messages.entries()) {
    const path = `messages[${at}]`;
    const { reasoning_content, ...plain } = message;
    if (style === "reasoning" && reasoning_content !== undefined)
      checkSignature(`${path}.reasoning_content`, reasoning_content, model);
    const fields = messageFields[message.role] ?? refuse(`${path}.role: unknown`);
    // OpenAI takes the annotations of an answer back (recorded 2025-08); other servers refuse them.
    if (style === "openai") delete plain.annotations;
    const extra = style === "openai" && reasoning_content !== undefined ? { reasoning_content } : {};
    checkFields(path, { ...plain, ...extra }, fields);
    if (message.role === "tool") {
      if (!due.includes(message.tool_call_id)) refuse(`${path}: no call has this tool_call_id`);
      due = due.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (due.length > 0) refuse(`${path}: tool calls without a result`);
    if (message.role !== "assistant") continue;
    if (message.tool_calls?.length === 0) refuse(`${path}.tool_calls: [] is too short`);
    for (const [index, call] of (message.tool_calls ?? []).entries()) {
      checkFields(`${path}.tool_calls[${index}]`, call, ["id", "type", "function"]);
      checkFields(`${path}.tool_calls[${index}].function`, call.function, ["name", "arguments"]);
      if (style === "openai" && call.id.length > 40)
        refuse(`${path}.tool_calls[${index}].id: string too long`);
      due.push(call.id);
    }
  }
  if (due.length > 0) refuse("tool calls without a result");
}

function answerTo({ model, messages }: Json, style: StrictOpenAiOptions["style"]): Json {
  const step = nextStep(messages.at(-1).content);
  const id = style === "openai" ? newId("call_") : `functions.look:0${"-".repeat(40)}`;
  const calls = [{ id, type: "function", function: { name: "look", arguments: '{"at":"quay"}' } }];
  const message = {
    role: "assistant",
    content: step === "call" ? null : `done by ${model}`,
    ...(step === "call" ? { tool_calls: calls } : style === "reasoning" && { tool_calls: [] }),
    ...(style === "openai"
      ? { refusal: null, annotations: [] }
      : { reasoning_content: `${model}/Let me think.` }),
  };
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_790_000_000,
    model,
    choices: [{ index: 0, message, finish_reason: step === "call" ? "tool_calls" : "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  };
}

function chunksOf({ choices, usage, ...head }: Json): Json[] {
  const [{ message, finish_reason }] = choices;
  const { reasoning_content, tool_calls = [], content } = message;
  const chunk = (delta: Json, finish: string | null = null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const halves =
    reasoning_content === undefined ? [] : [reasoning_content.slice(0, 9), reasoning_content.slice(9)];
  return [
    chunk({ role: "assistant", content: "" }),
    ...halves.map((half: string) => chunk({ reasoning_content: half })),
    ...(content === null ? [] : [chunk({ content })]),
    ...tool_calls.map((call: Json, index: number) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({}, finish_reason),
    { ...head, object: "chat.completion.chunk", choices: [], usage },
  ];
}
