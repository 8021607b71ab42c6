import type { CompletionChunk, CompletionMessage, FinishReason } from "../../../contracts/index.ts";
import { urlCitations } from "../../../plugin/answer/answer-lists.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";
import type { ClientTools } from "./client-tools.ts";
import {
  annotationOf,
  imageItem,
  type OutputItem,
  reasoningItem,
  refusalItem,
  responseOf,
  textContent,
  textItem,
} from "./response-parts.ts";
import type { WrittenExtensions } from "./written-extensions.ts";

type ToolDelta = NonNullable<CompletionChunk["choices"][number]["delta"]["tool_calls"]>[number];

/** The item of the output that is being written. */
type Open =
  | { readonly kind: "text" | "refusal"; readonly id: string; text: string }
  | {
      readonly kind: "function" | "custom";
      readonly id: string;
      readonly at: number;
      readonly callId: string;
      readonly name: string;
      text: string;
    };

/** Events of calls: what begins their names, and the field of the whole input. */
const callEvents = {
  function: ["response.function_call_arguments", "arguments"],
  custom: ["response.custom_tool_call_input", "input"],
} as const;

/**
 * Translates chunks of an answer to the events of a streamed response. One item is open at a time. `sequence` counts the events: an
 * error that follows has the next number.
 */
export async function* responseEvents(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
  body: Fields,
  tools: ClientTools,
  sequence: { next: number } = { next: 0 },
): AsyncGenerator<StreamEvent> {
  const event = (type: string, fields: Fields): StreamEvent => {
    const data = { type, sequence_number: sequence.next, ...fields };
    sequence.next += 1;
    return { event: type, data };
  };
  const output: OutputItem[] = [];
  let head = { id: "", created: 0, model, body };
  let open: Open | undefined;
  let finish: FinishReason = "stop";
  let usage: CompletionChunk["usage"];
  let tier: CompletionChunk["service_tier"];
  let isBegun = false;
  /** Extensions that the writer alone can read, as far as they have not been sent. */
  let written: WrittenExtensions = { reasoning_content: "" };
  let annotations: NonNullable<CompletionMessage["annotations"]> = [];
  let phase: CompletionMessage["phase"];

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
    if (kind === "function" || kind === "custom") {
      const item = tools.itemOf(id, { kind, callId: open.callId, name: open.name, text }, "completed");
      if (tools.isWhole(open.name)) yield event("response.output_item.added", { ...place(), item });
      else {
        const [name, field] = callEvents[kind];
        const named = kind === "function" ? { name: item["name"] } : {};
        yield event(`${name}.done`, { ...inItem, ...named, [field]: text });
      }
      yield ended(item);
    } else if (kind === "text") {
      const part = textContent(text, annotations);
      yield event("response.output_text.done", { ...inItem, content_index: 0, text, logprobs: [] });
      yield event("response.content_part.done", { ...inItem, content_index: 0, part });
      yield ended(textItem(id, text, "completed", { annotations, phase }));
      annotations = [];
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
  const call = function* ({ index, id, function: called, custom }: ToolDelta): Generator<StreamEvent> {
    if (open === undefined || !("at" in open) || open.at !== index) {
      yield* close();
      const kind = custom === undefined ? "function" : "custom";
      open = {
        kind,
        id: newId("fc"),
        at: index,
        callId: id ?? "",
        name: (custom ?? called)?.name ?? "",
        text: "",
      };
      const parts = { kind, callId: open.callId, name: open.name, text: "" } as const;
      if (!tools.isWhole(open.name))
        yield event("response.output_item.added", {
          ...place(),
          item: tools.itemOf(open.id, parts, "in_progress"),
        });
    }
    const delta = custom?.input ?? called?.arguments ?? "";
    if (delta === "" || !("at" in open)) return;
    open.text += delta;
    if (tools.isWhole(open.name)) return;
    yield event(`${callEvents[open.kind][0]}.delta`, { item_id: open.id, ...place(), delta });
  };
  const whole = function* (item: OutputItem | undefined): Generator<StreamEvent> {
    if (item === undefined) return;
    yield* close();
    yield event("response.output_item.added", { ...place(), item });
    yield ended(item);
  };
  /** Reasoning comes before what follows from it, and with its blocks as soon as they are there. */
  const think = function* (): Generator<StreamEvent> {
    yield* whole(reasoningItem(newId("rs"), written));
    written = { written_by: written.written_by, reasoning_content: "" };
  };

  for await (const chunk of chunks) {
    if (!isBegun) {
      isBegun = true;
      head = { ...head, id: chunk.id, created: chunk.created };
      yield event("response.created", { response: responseOf(head, [], undefined) });
      yield event("response.in_progress", { response: responseOf(head, [], undefined) });
    }
    usage = chunk.usage ?? usage;
    tier = chunk.service_tier ?? tier;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    const { content, refusal, tool_calls: calls = [], images = [], ...others } = choice.delta;
    written = {
      // The first delta with what its writer alone can read names it.
      written_by: others.written_by ?? written.written_by,
      reasoning_content: (written.reasoning_content ?? "") + (others.reasoning_content ?? ""),
      provider_parts: others.provider_parts ?? written.provider_parts,
      thinking_blocks: others.thinking_blocks,
    };
    phase = others.phase ?? phase;
    const isThought = Boolean(content || refusal || calls.length > 0) && written.reasoning_content !== "";
    if (isThought || (others.thinking_blocks && others.thinking_blocks.length > 0)) yield* think();
    if (content) yield* write("text", content);
    if (refusal) yield* write("refusal", refusal);
    for (const annotation of urlCitations(others.annotations)) {
      annotations.push(annotation);
      if (open?.kind === "text")
        yield event("response.output_text.annotation.added", {
          item_id: open.id,
          ...place(),
          content_index: 0,
          annotation_index: annotations.length - 1,
          annotation: annotationOf(annotation),
        });
    }
    for (const image of images) yield* whole(imageItem(newId("ig"), image));
    for (const one of calls) yield* call(one);
    finish = choice.finish_reason ?? finish;
  }
  yield* close();
  yield* think();
  const response = responseOf(head, output, { finish, usage, tier });
  yield event(response["status"] === "completed" ? "response.completed" : "response.incomplete", {
    response,
  });
}
