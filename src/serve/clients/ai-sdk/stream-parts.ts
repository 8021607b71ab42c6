import type { CompletionChunk, RouteResult } from "../../../contracts/index.ts";
import { callParts, decisionData, finishReasonOf, shownParts, usageOf } from "./content-of-completion.ts";
import type { Content, JsonFields, StreamPart } from "./wire.ts";
import { callExtras, messageExtras, reasoningIn, withData } from "./writer-data.ts";

/** Translates the chunks of one answer to parts, which open and close each block. */
export interface PartWriter {
  /** Returns the parts that a chunk adds. */
  add(chunk: CompletionChunk): readonly StreamPart[];
  /** Returns the parts that end the answer. */
  end(result: RouteResult): readonly StreamPart[];
}

type DeltaFields = CompletionChunk["choices"][number]["delta"] & {
  readonly thinking_blocks?: readonly JsonFields[];
  readonly written_by?: string;
};

/** Creates the writer of one answer. Its state is what is open, never the text. */
export function createPartWriter(): PartWriter {
  let isBegun = false;
  let blocks = 0;
  /** Id of the block of reasoning, or of text, that is open. */
  let reasoningId: string | undefined;
  let reasoningField = "";
  let textId: string | undefined;
  let writer: string | undefined;
  /** Ids of tool calls by their place in the answer. */
  const calls = new Map<number, string>();
  const open = (): string => {
    blocks += 1;
    return String(blocks);
  };

  function* ofReasoning(delta: DeltaFields): Generator<StreamPart> {
    const reasoning = reasoningIn(delta);
    if (reasoning !== undefined) {
      if (reasoningId === undefined) {
        yield* closeText();
        reasoningId = open();
        reasoningField = reasoning.field;
        yield { type: "reasoning-start", id: reasoningId };
      }
      yield { type: "reasoning-delta", id: reasoningId, delta: reasoning.text };
    }
    // A block comes whole, after its text: it ends the reasoning.
    for (const block of Array.isArray(delta.thinking_blocks) ? delta.thinking_blocks : []) {
      const id = reasoningId ?? open();
      if (reasoningId === undefined) yield { type: "reasoning-start", id };
      reasoningId = undefined;
      yield { type: "reasoning-end", id, ...withData(writer, { thinking: block }) };
    }
  }

  function* closeReasoning(): Generator<StreamPart> {
    if (reasoningId === undefined) return;
    yield { type: "reasoning-end", id: reasoningId, ...withData(writer, { field: reasoningField }) };
    reasoningId = undefined;
  }

  function* closeText(extras?: JsonFields): Generator<StreamPart> {
    if (textId === undefined) return;
    yield {
      type: "text-end",
      id: textId,
      ...(extras !== undefined && withData(writer, { message: extras })),
    };
    textId = undefined;
  }

  function* addTo(chunk: CompletionChunk): Generator<StreamPart> {
    if (!isBegun) {
      isBegun = true;
      const timestamp = new Date(chunk.created * 1_000);
      yield { type: "response-metadata", id: chunk.id, timestamp, modelId: chunk.model };
    }
    const delta = chunk.choices[0]?.delta as DeltaFields | undefined;
    if (delta === undefined) return;
    writer = delta.written_by ?? writer;
    yield* ofReasoning(delta);
    const text = delta.content || delta.refusal || "";
    if (text !== "") {
      yield* closeReasoning();
      if (textId === undefined) {
        textId = open();
        yield { type: "text-start", id: textId };
      }
      yield { type: "text-delta", id: textId, delta: text };
    }
    for (const call of delta.tool_calls ?? []) {
      let id = calls.get(call.index);
      if (id === undefined) {
        // Without an id or a name there is nothing to open: the call then comes whole, at the end.
        if (!call.id || !call.function?.name) continue;
        id = call.id;
        calls.set(call.index, id);
        yield* closeReasoning();
        yield { type: "tool-input-start", id, toolName: call.function.name };
      }
      const piece = call.function?.arguments ?? "";
      if (piece !== "") yield { type: "tool-input-delta", id, delta: piece };
    }
  }

  return {
    add: (chunk) => [...addTo(chunk)],
    end(result) {
      const { completion } = result;
      const [choice] = completion.choices;
      const extras = choice === undefined ? undefined : messageExtras(choice.message);
      const hadText = textId !== undefined;
      const parts = [...closeReasoning(), ...closeText(extras)];
      const whole: Extract<Content, { type: "tool-call" }>[] =
        choice === undefined ? [] : callParts(choice.message);
      for (const id of calls.values()) parts.push({ type: "tool-input-end", id });
      const [first] = whole;
      if (!hadText && extras !== undefined && first !== undefined) {
        const own = callExtras(choice?.message.tool_calls?.[0] ?? {});
        Object.assign(first, withData(writer, { message: extras, ...(own !== undefined && { call: own }) }));
      }
      if (choice !== undefined) parts.push(...shownParts(choice.message));
      parts.push(...whole, {
        type: "finish",
        finishReason: finishReasonOf(choice?.finish_reason),
        usage: usageOf(completion.usage),
        providerMetadata: decisionData(result),
      });
      return parts;
    },
  };
}
