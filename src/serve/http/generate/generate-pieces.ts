import type {
  CompletionChunk,
  CompletionMessage,
  FinishReason,
  FunctionToolCall,
} from "../../../contracts/index.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";
import { added, type Carried, carriedBy } from "./carried.ts";
import {
  callPart,
  finishReasonOf,
  imagePart,
  metadataOf,
  signedParts,
  soundPart,
  usageMetadataOf,
} from "./generate-of-completion.ts";
import type { GenerateAnswer, Part } from "./wire.ts";

type Delta = CompletionChunk["choices"][number]["delta"];

/** Translates chunks to pieces of an answer: text as it comes, calls whole at the end, where Google's clients expect them. */
export async function* generatePieces(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
): AsyncGenerator<StreamEvent> {
  let id = "";
  let finish: FinishReason = "stop";
  let native: string | undefined;
  let usage: CompletionChunk["usage"];
  let carried: Carried | undefined;
  const calls: FunctionToolCall[] = [];
  const held: Pick<CompletionMessage, "annotations" | "provider_metadata" | "written_by" | "audio"> = {};
  const piece = (parts: readonly Part[], more: object = {}, rest: object = {}): StreamEvent => {
    const answer: GenerateAnswer = {
      candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
      ...rest,
      modelVersion: model,
      responseId: id,
    };
    return { data: answer };
  };

  for await (const chunk of chunks) {
    id ||= chunk.id;
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    const { delta } = choice;
    const { written_by: writer, annotations, provider_metadata: metadata } = delta;
    // One delta alone names the writer.
    if (writer !== undefined) held.written_by = writer;
    carried = added(carried, carriedBy(delta as object as Fields, held.written_by ?? ""));
    if (annotations !== undefined) held.annotations = [...(held.annotations ?? []), ...annotations];
    if (metadata !== undefined) held.provider_metadata = metadata;
    const { audio } = delta as { readonly audio?: CompletionMessage["audio"] };
    if (audio) held.audio = audio;
    const parts = partsOf(delta);
    if (parts.length > 0) yield piece(parts);
    for (const call of delta.tool_calls ?? []) addCall(calls, call);
    finish = choice.finish_reason ?? finish;
    native = choice.native_finish_reason ?? native;
  }
  const { written_by: writer } = held;
  const carriedWhole = carried && writer !== undefined ? { ...carried, writer } : undefined;
  const last = signedParts(
    calls.filter(Boolean).map((call) => callPart(call, writer)),
    carriedWhole,
  );
  yield piece(
    [...soundPart(held.audio), ...(last.length === 0 ? [{ text: "" }] : last)],
    { finishReason: finishReasonOf(finish, native), ...metadataOf(held) },
    { usageMetadata: usageMetadataOf(usage) },
  );
}

function partsOf({ reasoning_content: thoughts, content, refusal, images }: Delta): Part[] {
  const text = content ?? refusal ?? "";
  return [
    ...(thoughts ? [{ text: thoughts, thought: true }] : []),
    ...(text === "" ? [] : [{ text }]),
    ...(images ?? []).flatMap(({ image_url: { url } }) => imagePart(url)),
  ];
}

/** Most calls of an answer: an index comes from the provider and must not size a list. */
const mostCalls = 1_024;

function addCall(calls: FunctionToolCall[], delta: NonNullable<Delta["tool_calls"]>[number]): void {
  const { index, id, function: part } = delta;
  const { extra_content: signed } = delta as { readonly extra_content?: unknown };
  if (!Number.isInteger(index) || index < 0 || index >= mostCalls) return;
  const call = calls[index] ?? { id: "", type: "function", function: { name: "", arguments: "" } };
  calls[index] = call;
  if (id) call.id = id;
  call.function.name += part?.name ?? "";
  call.function.arguments += part?.arguments ?? "";
  if (signed !== undefined) Object.assign(call, { extra_content: signed });
}
