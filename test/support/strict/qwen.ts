import { type LoopbackServer, sendEvents, sendJson, serveWith } from "../serve-with.ts";
import { qwenRefusal } from "./qwen-rules.ts";
import { type Json, newId, nextStep } from "./script.ts";

/** Answer of the model. It may have both; with neither it is an empty text. */
export interface QwenAnswer {
  readonly text?: string | undefined;
  /** Functions that it calls; `arguments` are sent as JSON. */
  readonly calls?: readonly { readonly name: string; readonly arguments: object }[] | undefined;
}

export interface StrictQwenOptions {
  /** Returns the answer to a request that passed. Default: a call of `look` where the last text is `look` or `more`, else a text. */
  readonly answer?: ((body: Json) => QwenAnswer) | undefined;
  /**
   * Server whose refusals are imitated. vLLM answers 400 (its `BadRequestError`); llama.cpp answers 500 with a "Jinja Exception".
   * Default `vllm`.
   */
  readonly engine?: "vllm" | "llama.cpp" | undefined;
  /** Name in the list of models. Default `qwen3.6-27b`. */
  readonly model?: string | undefined;
}

export interface StrictQwenServer extends LoopbackServer {
  /** Texts of the refusals so far. */
  readonly refusals: readonly string[];
}

/**
 * Starts a server of chat completions that refuses what the chat template of Qwen 3.5 and later refuses, and every tool that is no
 * function: see `qwenRefusal`. Streams too; `url` ends with `/v1`.
 */
export async function serveStrictQwen({
  answer = plainAnswer,
  engine = "vllm",
  model = "qwen3.6-27b",
}: StrictQwenOptions = {}): Promise<StrictQwenServer> {
  const refusals: string[] = [];
  const server = await serveWith((response, { url, body }) => {
    if (url.endsWith("/models"))
      return sendJson(response, { object: "list", data: [{ id: model, object: "model" }] });
    const refusal = qwenRefusal(body);
    if (refusal !== undefined) {
      refusals.push(refusal);
      const status = engine === "vllm" ? 400 : 500;
      return sendJson(response, { error: errorOf(engine, refusal) }, status);
    }
    const completion = completionOf(body, answer(body));
    if (body.stream !== true) return sendJson(response, completion);
    return sendEvents(response, [...chunksOf(completion, body), "[DONE]"]);
  });
  return { ...server, url: `${server.url}/v1`, refusals };
}

function plainAnswer({ messages }: Json): QwenAnswer {
  const last = messages.at(-1).content;
  const step = nextStep(typeof last === "string" ? last : "");
  return step === "call"
    ? { calls: [{ name: "look", arguments: { at: "quay" } }] }
    : { text: "done by qwen" };
}

function errorOf(engine: "vllm" | "llama.cpp", message: string): Json {
  return engine === "vllm"
    ? { message, type: "BadRequestError", param: null, code: 400 }
    : { code: 500, message: `Jinja Exception: ${message}`, type: "server_error" };
}

function completionOf(body: Json, { text, calls = [] }: QwenAnswer): Json {
  const written = JSON.stringify({ text, calls });
  const [prompt, output] = [JSON.stringify(body.messages), written].map((one) => Math.ceil(one.length / 4));
  return {
    id: newId("chatcmpl-"),
    object: "chat.completion",
    created: 1_790_000_000,
    model: body.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text ?? (calls.length > 0 ? null : ""),
          tool_calls: calls.map((call) => ({
            id: newId("chatcmpl-tool-"),
            type: "function",
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          })),
        },
        finish_reason: calls.length > 0 ? "tool_calls" : "stop",
      },
    ],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: output,
      total_tokens: (prompt ?? 0) + (output ?? 0),
      prompt_tokens_details: null,
    },
  };
}

/** The pieces in which vLLM streams an answer: a call's name comes first, its arguments in parts. */
function chunksOf({ choices, usage, ...head }: Json, body: Json): Json[] {
  const [{ message, finish_reason }] = choices;
  const chunk = (delta: Json, finish: string | null = null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const calls = message.tool_calls.flatMap(({ id, type, function: called }: Json, index: number) => {
    const middle = called.arguments.length >> 1;
    return [
      chunk({ tool_calls: [{ index, id, type, function: { name: called.name, arguments: "" } }] }),
      ...[called.arguments.slice(0, middle), called.arguments.slice(middle)].map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ];
  });
  return [
    chunk({ role: "assistant", content: "" }),
    ...(message.content ? [chunk({ content: message.content })] : []),
    ...calls,
    chunk({}, finish_reason),
    ...(body.stream_options?.include_usage
      ? [{ ...head, object: "chat.completion.chunk", choices: [], usage }]
      : []),
  ];
}
