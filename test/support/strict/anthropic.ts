import { sse } from "../anthropic-server.ts";
import { type LoopbackServer, sendJson, serveWith } from "../serve-with.ts";
import { checkFields, checkSignature, type Json, newId, nextStep, Refusal, refuse, sign } from "./script.ts";

const blockFields: Readonly<Record<string, readonly string[]>> = {
  text: ["type", "text"],
  thinking: ["type", "thinking", "signature"],
  redacted_thinking: ["type", "data"],
  tool_use: ["type", "id", "name", "input"],
  tool_result: ["type", "tool_use_id", "content"],
};

/**
 * Starts a server that checks a history as strictly as the Messages API: blocks, ids, results, signatures.
 */
export function serveStrictAnthropic(): Promise<LoopbackServer> {
  return serveWith((response, { body }) => {
    try {
      check(body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const failure = { type: "error", error: { type: "invalid_request_error", message: error.message } };
      return sendJson(response, failure, 400);
    }
    const message = answerTo(body);
    if (body.stream !== true) return sendJson(response, message);
    response.writeHead(200, { "content-type": "text/event-stream" }).end(eventsOf(message).map(sse).join(""));
  });
}

function check(body: Json): void {
  checkFields("body", body, [
    "model",
    "max_tokens",
    "messages",
    "tools",
    "thinking",
    "output_config",
    "stream",
  ]);
  const ids = new Set<string>();
  for (const [at, { role, content }] of body.messages.entries()) {
    const path = `messages[${at}]`;
    if (at > 0 && body.messages[at - 1].role === role) refuse(`${path}: roles must alternate`);
    for (const [index, block] of content.entries()) {
      const place = `${path}.content[${index}]`;
      checkFields(place, block, blockFields[block.type] ?? refuse(`${place}: unknown type`));
      if (block.type === "text" && block.text.trim() === "") refuse(`${place}: empty text`);
      if (block.type === "thinking") checkSignature(place, block.signature, body.model);
      if (block.type !== "tool_use") continue;
      if (!/^[a-zA-Z0-9_-]+$/.test(block.id)) refuse(`${place}.id does not match the pattern`);
      if (ids.has(block.id)) refuse(`${place}.id: tool_use ids must be unique`);
      ids.add(block.id);
    }
    const calls = idsOf(role === "assistant" ? content : [], "tool_use", "id");
    const results = idsOf(body.messages[at + 1]?.content ?? [], "tool_result", "tool_use_id");
    if (role === "assistant" && calls.join() !== results.join())
      refuse(`${path}: each tool_use must have a tool_result in the next message, and no other`);
  }
  const usesTools = body.messages.some(({ content }: Json) => idsOf(content, "tool_use", "id").length > 0);
  if (usesTools && !body.tools?.length) refuse("tools must be defined");
  const last = body.messages.at(-1);
  if (last.role !== "user") refuse("the conversation must end with a user message");
  if (body.thinking?.type === "enabled" && idsOf(last.content, "tool_result", "tool_use_id").length > 0) {
    const first = body.messages.at(-2)?.content[0]?.type;
    if (first !== "thinking" && first !== "redacted_thinking")
      refuse("expected thinking before the tool call");
  }
}

function idsOf(content: Json, type: string, field: string): string[] {
  return content.filter((block: Json) => block.type === type).map((block: Json) => block[field]);
}

function answerTo({ model, messages }: Json): Json {
  const last = messages.at(-1).content.at(-1);
  const step = nextStep(last.text ?? last.content[0].text);
  const thinking = { type: "thinking", thinking: "Let me think.", signature: sign(model) };
  const said =
    step === "call"
      ? { type: "tool_use", id: newId("toolu_01"), name: "look", input: { at: "quay" } }
      : { type: "text", text: `done by ${model}` };
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [thinking, said],
    stop_reason: step === "call" ? "tool_use" : "end_turn",
    usage: { input_tokens: 10, output_tokens: 5 },
  };
}

function eventsOf(message: Json): Json[] {
  const [thinking, said] = message.content;
  const input = JSON.stringify(said.input ?? {});
  const delta =
    said.type === "text"
      ? { type: "text_delta", text: said.text }
      : { type: "input_json_delta", partial_json: input };
  return [
    { type: "message_start", message: { ...message, content: [], stop_reason: null } },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: thinking.thinking } },
    {
      type: "content_block_delta",
      index: 0,
      delta: { type: "signature_delta", signature: thinking.signature },
    },
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: said.type === "text" ? { type: "text", text: "" } : { ...said, input: {} },
    },
    { type: "content_block_delta", index: 1, delta },
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: message.stop_reason }, usage: { output_tokens: 5 } },
    { type: "message_stop" },
  ];
}
