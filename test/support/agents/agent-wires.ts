import type { ServerResponse } from "node:http";
import type { Json } from "../strict/script.ts";

/** A call of a tool that a script makes: `input` is an object, or the text of a custom tool. */
export interface ScriptedCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>> | string;
}

/** Answer of a scripted model: a call, or a text. */
export type Said = ScriptedCall | string;

/** A step of a script. Of several calls, the first whose tool the client has. */
export type Step = Said | readonly ScriptedCall[];

/** An answer that never comes. */
export const silence = "(silence)";

/** Tokens that an answer is billed for. */
export interface ScriptedUsage {
  /** All input. */
  readonly input: number;
  /** Parts of it. */
  readonly cached: number;
  readonly written: number;
  readonly output: number;
}

/** A wire as a script reads and writes it. */
export interface AgentWire {
  /** Texts of the user, and `undefined` for each result of a tool, in their order. */
  heard(body: Json): (string | undefined)[];
  /** Names of the tools that the client runs. */
  tools(body: Json): string[];
  send(response: ServerResponse, answer: { body: Json; said: Said; id: string; usage: ScriptedUsage }): void;
}

const textOf = (content: Json): string =>
  typeof content === "string"
    ? content
    : (content ?? []).map(({ text }: { text?: string }) => text ?? "").join("\n");

const events = (response: ServerResponse, list: readonly Json[], isNamed: boolean, last = ""): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const lines = list.map((one) => `${isNamed ? `event: ${one.type}\n` : ""}data: ${JSON.stringify(one)}\n\n`);
  response.end(lines.join("") + last);
};

const json = (response: ServerResponse, body: Json): void => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const messages: AgentWire = {
  heard: ({ messages: all }) =>
    all.flatMap(({ role, content }: Json) =>
      role !== "user"
        ? []
        : typeof content === "string"
          ? [content]
          : content.map((part: Json) => (part.type === "tool_result" ? undefined : (part.text ?? ""))),
    ),
  tools: ({ tools = [] }) => tools.map(({ name }: Json) => name),
  send(response, { body, said, id, usage }) {
    const content =
      typeof said === "string"
        ? [{ type: "text", text: said }]
        : [{ type: "tool_use", id: `toolu_${id}`, name: said.tool, input: said.input }];
    const stop_reason = typeof said === "string" ? "end_turn" : "tool_use";
    const billed = {
      input_tokens: usage.input - usage.cached - usage.written,
      cache_read_input_tokens: usage.cached,
      cache_creation_input_tokens: usage.written,
      output_tokens: usage.output,
    };
    const head = {
      id: `msg_${id}`,
      type: "message",
      role: "assistant",
      model: body.model,
      stop_sequence: null,
    };
    if (body.stream !== true) return json(response, { ...head, content, stop_reason, usage: billed });
    const [block] = content as [Json];
    const delta =
      block.type === "text"
        ? { type: "text_delta", text: block.text }
        : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
    const begun = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
    const message = { ...head, content: [], stop_reason: null, usage: { ...billed, output_tokens: 1 } };
    events(
      response,
      [
        { type: "message_start", message },
        { type: "content_block_start", index: 0, content_block: begun },
        { type: "content_block_delta", index: 0, delta },
        { type: "content_block_stop", index: 0 },
        {
          type: "message_delta",
          delta: { stop_reason, stop_sequence: null },
          usage: { output_tokens: usage.output },
        },
        { type: "message_stop" },
      ],
      true,
    );
  },
};

const responses: AgentWire = {
  heard: ({ input }) =>
    typeof input === "string"
      ? [input]
      : input.flatMap(({ type, role, content }: Json) =>
          type === "function_call_output" || type === "custom_tool_call_output"
            ? [undefined]
            : role === "user"
              ? [textOf(content)]
              : [],
        ),
  tools: ({ tools = [] }) =>
    tools.flatMap(({ name, type }: Json) => (name === undefined || type === "namespace" ? [] : [name])),
  send(response, { body, said, id, usage }) {
    const part = { type: "output_text", text: said, annotations: [], logprobs: [] };
    const call = { call_id: `call_${id}`, status: "completed" };
    const item: Json =
      typeof said === "string"
        ? { type: "message", id: `msg_${id}`, role: "assistant", status: "completed", content: [part] }
        : typeof said.input === "string"
          ? { type: "custom_tool_call", id: `ctc_${id}`, name: said.tool, input: said.input, ...call }
          : {
              type: "function_call",
              id: `fc_${id}`,
              name: said.tool,
              arguments: JSON.stringify(said.input),
              ...call,
            };
    const whole = {
      id: `resp_${id}`,
      object: "response",
      created_at: 1,
      model: body.model,
      status: "completed",
      error: null,
      incomplete_details: null,
      output: [item],
      tools: [],
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: usage.cached },
        output_tokens: usage.output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.input + usage.output,
      },
    };
    if (body.stream !== true) return json(response, whole);
    const at = { output_index: 0, item_id: item.id };
    const text = [
      { type: "response.content_part.added", ...at, content_index: 0, part: { ...part, text: "" } },
      { type: "response.output_text.delta", ...at, content_index: 0, delta: said, logprobs: [] },
      { type: "response.output_text.done", ...at, content_index: 0, text: said, logprobs: [] },
      { type: "response.content_part.done", ...at, content_index: 0, part },
    ];
    const begun = { ...whole, status: "in_progress", output: [], usage: null };
    events(
      response,
      [
        { type: "response.created", response: begun },
        {
          type: "response.output_item.added",
          output_index: 0,
          item: item.content ? { ...item, content: [] } : item,
        },
        ...(typeof said === "string" ? text : []),
        { type: "response.output_item.done", output_index: 0, item },
        { type: "response.completed", response: whole },
      ].map((one, sequence_number) => ({ ...one, sequence_number })),
      true,
    );
  },
};

const chat: AgentWire = {
  heard: ({ messages: all }) =>
    all.flatMap(({ role, content }: Json) =>
      role === "tool" ? [undefined] : role === "user" ? [textOf(content)] : [],
    ),
  tools: ({ tools = [] }) => tools.map((tool: Json) => tool[tool.type].name),
  send(response, { body, said, id, usage }) {
    const head = { id: `c_${id}`, created: 1, model: body.model };
    // A server that knows functions alone is sent custom tools as functions of one text.
    const input = (call: ScriptedCall) =>
      typeof call.input === "string" ? { input: call.input } : call.input;
    const message =
      typeof said === "string"
        ? { role: "assistant", content: said }
        : {
            role: "assistant",
            content: null,
            tool_calls: [
              {
                index: 0,
                id: `call_${id}`,
                type: "function",
                function: { name: said.tool, arguments: JSON.stringify(input(said)) },
              },
            ],
          };
    const finish_reason = typeof said === "string" ? "stop" : "tool_calls";
    const billed = {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cached },
    };
    if (body.stream !== true)
      return json(response, {
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason }],
        usage: billed,
      });
    const chunk = { ...head, object: "chat.completion.chunk" };
    events(
      response,
      [
        { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
        { ...chunk, choices: [], usage: billed },
      ],
      false,
      "data: [DONE]\n\n",
    );
  },
};

const generate: AgentWire = {
  heard: ({ contents }) =>
    contents.flatMap(({ role, parts = [] }: Json) =>
      role === "user"
        ? parts.map((part: Json) => (part.functionResponse ? undefined : (part.text ?? "")))
        : [],
    ),
  tools: ({ tools = [] }) =>
    tools.flatMap(({ functionDeclarations = [] }: Json) =>
      functionDeclarations.map(({ name }: Json) => name),
    ),
  send(response, { body, said, usage }) {
    const part =
      typeof said === "string" ? { text: said } : { functionCall: { name: said.tool, args: said.input } };
    const whole = {
      candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
      usageMetadata: {
        promptTokenCount: usage.input,
        cachedContentTokenCount: usage.cached,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
      },
    };
    if (body.stream === true) events(response, [whole], false);
    else json(response, whole);
  },
};

/** The wires by how their paths end. */
export const agentWires: readonly (readonly [RegExp, AgentWire])[] = [
  [/\/messages$/, messages],
  [/\/responses$/, responses],
  [/\/chat\/completions$/, chat],
  [/:(?:streamG|g)enerateContent$/, generate],
];
