import type { CompletionChunk, FinishReason } from "../../../contracts/index.ts";
import type { SignedThinking, WrittenDelta } from "../../../plugin/signed.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";
import {
  callItem,
  type OutputItem,
  reasoningItem,
  refusalItem,
  responseOf,
  textContent,
  textItem,
} from "./response-parts.ts";

type ToolDelta = NonNullable<CompletionChunk["choices"][number]["delta"]["tool_calls"]>[number];

/** The item of the output that is being written. */
type Open =
  | { readonly kind: "text" | "refusal"; readonly id: string; text: string }
  | {
      readonly kind: "call";
      readonly id: string;
      readonly at: number;
      readonly callId: string;
      readonly name: string;
      text: string;
    };

/** Translates chunks of an answer to the events of a streamed response. One item is open at a time. */
export async function* responseEvents(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
  body: Fields,
): AsyncGenerator<StreamEvent> {
  let sequence = 0;
  const event = (type: string, fields: Fields): StreamEvent => {
    const data = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return { event: type, data };
  };
  const output: OutputItem[] = [];
  let head = { id: "", created: 0, model, body };
  let open: Open | undefined;
  let finish: FinishReason = "stop";
  let usage: CompletionChunk["usage"];
  let isBegun = false;
  let writer: string | undefined;

  const newId = (kind: string) => `${kind}_${head.id}_${output.length}`;
  const place = () => ({ output_index: output.length });
  const ended = (item: OutputItem): StreamEvent => {
    const done = event("response.output_item.done", { ...place(), item });
    output.push(item);
    return done;
  };
  const close = function* (): Generator<StreamEvent> {
    if (open === undefined) return;
    const { kind, id, text } = open;
    const inItem = { item_id: id, ...place() };
    if (kind === "call") {
      yield event("response.function_call_arguments.done", { ...inItem, name: open.name, arguments: text });
      yield ended(
        callItem(id, { kind: "function", callId: open.callId, name: open.name, text }, "completed"),
      );
    } else if (kind === "text") {
      yield event("response.output_text.done", { ...inItem, content_index: 0, text, logprobs: [] });
      yield event("response.content_part.done", { ...inItem, content_index: 0, part: textContent(text) });
      yield ended(textItem(id, text, "completed"));
    } else {
      yield event("response.refusal.done", { ...inItem, content_index: 0, refusal: text });
      const part = { type: "refusal", refusal: text };
      yield event("response.content_part.done", { ...inItem, content_index: 0, part });
      yield ended(refusalItem(id, text));
    }
    open = undefined;
  };
  const write = function* (kind: "text" | "refusal", delta: string): Generator<StreamEvent> {
    if (open?.kind !== kind) {
      yield* close();
      open = { kind, id: newId("msg"), text: "" };
      yield event("response.output_item.added", { ...place(), item: textItem(open.id, "", "in_progress") });
      const part = kind === "text" ? textContent("") : { type: "refusal", refusal: "" };
      yield event("response.content_part.added", { item_id: open.id, ...place(), content_index: 0, part });
    }
    open.text += delta;
    const inItem = { item_id: open.id, ...place(), content_index: 0, delta };
    yield kind === "text"
      ? event("response.output_text.delta", { ...inItem, logprobs: [] })
      : event("response.refusal.delta", inItem);
  };
  const call = function* ({ index, id, function: called }: ToolDelta): Generator<StreamEvent> {
    if (open?.kind !== "call" || open.at !== index) {
      yield* close();
      open = {
        kind: "call",
        id: newId("fc"),
        at: index,
        callId: id ?? "",
        name: called?.name ?? "",
        text: "",
      };
      const parts = { kind: "function", callId: open.callId, name: open.name, text: "" } as const;
      yield event("response.output_item.added", {
        ...place(),
        item: callItem(open.id, parts, "in_progress"),
      });
    }
    const delta = called?.arguments ?? "";
    if (delta === "") return;
    open.text += delta;
    yield event("response.function_call_arguments.delta", { item_id: open.id, ...place(), delta });
  };
  const think = function* (blocks: readonly SignedThinking[]): Generator<StreamEvent> {
    if (writer === undefined) return;
    yield* close();
    const item = reasoningItem(newId("rs"), blocks, writer);
    yield event("response.output_item.added", { ...place(), item });
    yield ended(item);
  };

  for await (const chunk of chunks) {
    if (!isBegun) {
      isBegun = true;
      head = { ...head, id: chunk.id, created: chunk.created };
      yield event("response.created", { response: responseOf(head, [], undefined) });
      yield event("response.in_progress", { response: responseOf(head, [], undefined) });
    }
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    const { content, refusal, tool_calls: calls = [], ...others } = choice.delta;
    const { thinking_blocks: blocks, written_by } = others as Partial<WrittenDelta>;
    // The first delta of thinking alone names its writer.
    writer = written_by ?? writer;
    if (blocks !== undefined && blocks.length > 0) yield* think(blocks);
    if (content) yield* write("text", content);
    if (refusal) yield* write("refusal", refusal);
    for (const one of calls) yield* call(one);
    finish = choice.finish_reason ?? finish;
  }
  yield* close();
  const response = responseOf(head, output, { finish, usage });
  yield event(response["status"] === "completed" ? "response.completed" : "response.incomplete", {
    response,
  });
}
