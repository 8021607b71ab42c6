import { eventFrame } from "../platforms/aws-frames.ts";
import { type LoopbackServer, sendJson, serveWith } from "../serve-with.ts";
import { checkFields, checkSignature, type Json, newId, nextStep, Refusal, refuse, sign } from "./script.ts";

const blocks: readonly string[] = ["text", "toolUse", "toolResult", "reasoningContent"];

/** Starts a server that checks a history as strictly as Converse with a Claude model: blocks, ids, results, signatures. */
export function serveStrictConverse(): Promise<LoopbackServer> {
  return serveWith((response, { url, body }) => {
    const model = decodeURIComponent(/^\/model\/([^/]+)\//.exec(url)?.[1] ?? "");
    try {
      check(body, model);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return sendJson(response, { message: error.message }, 400, {
        "x-amzn-errortype": "ValidationException",
      });
    }
    const { content, stopReason } = answerTo(body, model);
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };
    if (!url.endsWith("/converse-stream"))
      return sendJson(response, { output: { message: { role: "assistant", content } }, stopReason, usage });
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(Buffer.concat(eventsOf(content, stopReason, usage)));
  });
}

function check(body: Json, model: string): void {
  checkFields("body", body, ["messages", "toolConfig", "inferenceConfig", "additionalModelRequestFields"]);
  const ids = new Set<string>();
  for (const [at, { role, content }] of body.messages.entries()) {
    const path = `messages[${at}]`;
    if (at > 0 && body.messages[at - 1].role === role) refuse(`${path}: roles must alternate`);
    for (const [index, block] of content.entries()) {
      const place = `${path}.content[${index}]`;
      const kinds = Object.keys(block);
      if (kinds.length !== 1 || !blocks.includes(kinds[0] ?? "")) refuse(`${place}: ${kinds} is no block`);
      if (block.text !== undefined && block.text.trim() === "") refuse(`${place}: the text field is blank`);
      const reasoning = block.reasoningContent?.reasoningText;
      if (reasoning) checkSignature(place, reasoning.signature, model);
      if (block.toolResult?.content.length === 0) refuse(`${place}: a result must have content`);
      if (!block.toolUse) continue;
      checkFields(place, block.toolUse, ["toolUseId", "name", "input"]);
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(block.toolUse.toolUseId))
        refuse(`${place}: toolUseId does not match`);
      if (ids.has(block.toolUse.toolUseId)) refuse(`${place}: ids must be unique`);
      ids.add(block.toolUse.toolUseId);
    }
    const calls = idsOf(role === "assistant" ? content : [], "toolUse");
    const results = idsOf(body.messages[at + 1]?.content ?? [], "toolResult");
    if (role === "assistant" && calls.join() !== results.join())
      refuse(`${path}: each toolUse must have a toolResult in the next message, and no other`);
  }
  const usesTools = body.messages.some(({ content }: Json) => idsOf(content, "toolUse").length > 0);
  if (usesTools && !body.toolConfig?.tools.length) refuse("the toolConfig field must be defined");
  const last = body.messages.at(-1);
  if (last.role !== "user") refuse("the conversation must end with a user message");
  const { thinking } = body.additionalModelRequestFields ?? {};
  const before = body.messages.at(-2)?.content[0];
  if (
    thinking?.type === "enabled" &&
    idsOf(last.content, "toolResult").length > 0 &&
    !before?.reasoningContent
  )
    refuse("expected reasoning before the tool call");
}

function idsOf(content: Json, kind: string): string[] {
  return content.flatMap((block: Json) => (block[kind] ? [block[kind].toolUseId] : []));
}

function answerTo({ messages }: Json, model: string): { content: Json[]; stopReason: string } {
  const last = messages.at(-1).content.at(-1);
  const step = nextStep(last.text ?? last.toolResult.content[0].text);
  const thought = { reasoningContent: { reasoningText: { text: "Let me think.", signature: sign(model) } } };
  const said =
    step === "call"
      ? { toolUse: { toolUseId: newId("tooluse_"), name: "look", input: { at: "quay" } } }
      : { text: `done by ${model}` };
  return { content: [thought, said], stopReason: step === "call" ? "tool_use" : "end_turn" };
}

function eventsOf([thought, said]: Json[], stopReason: string, usage: object): Buffer[] {
  const { text, signature } = thought.reasoningContent.reasoningText;
  const delta = (contentBlockIndex: number, of: object) =>
    eventFrame("contentBlockDelta", { contentBlockIndex, delta: of });
  const stop = (contentBlockIndex: number) => eventFrame("contentBlockStop", { contentBlockIndex });
  const { input, ...call } = said.toolUse ?? {};
  return [
    eventFrame("messageStart", { role: "assistant" }),
    delta(0, { reasoningContent: { text } }),
    delta(0, { reasoningContent: { signature } }),
    stop(0),
    ...(said.toolUse
      ? [eventFrame("contentBlockStart", { contentBlockIndex: 1, start: { toolUse: call } })]
      : []),
    delta(1, said.toolUse ? { toolUse: { input: JSON.stringify(input) } } : { text: said.text }),
    stop(1),
    eventFrame("messageStop", { stopReason }),
    eventFrame("metadata", { usage }),
  ];
}
