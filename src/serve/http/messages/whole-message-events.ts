import type { NativeAnswer } from "../../../plugin/native-answer.ts";
import { dataLines } from "../event-lines.ts";
import type { StreamEvent } from "../event-stream.ts";
import { fieldsOf } from "../fields.ts";
import { writtenJson } from "../written-json.ts";
import { nativeMessage } from "./native-message.ts";

/** Fields that come in deltas, by the type of their block: name of the delta, and what the block has at its start. */
const inDeltas: ReadonlyMap<unknown, readonly (readonly [field: string, delta: string, start: string])[]> =
  new Map([
    ["text", [["text", "text_delta", '""']]],
    [
      "thinking",
      [
        ["thinking", "thinking_delta", '""'],
        ["signature", "signature_delta", '""'],
      ],
    ],
    ["tool_use", [["input", "input_json_delta", "{}"]]],
  ]);

/**
 * Sends a whole message of a server as the events of a stream, each value as the server wrote it: the answer was checked
 * before any of it was shown. Other blocks come whole at their start.
 */
export function* wholeMessageEvents(native: NativeAnswer<string>, model: string): Generator<StreamEvent> {
  const text = nativeMessage(native, model);
  const { content } = JSON.parse(text) as { readonly content?: unknown };
  const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
  const written = writtenJson(text, (path) => path[0] === "content" && path.length <= 3);
  const start = written.with([], { content: "[]", stop_reason: "null", stop_sequence: "null" });
  yield event("message_start", `"message":${start}`);
  for (const [index, { type }] of blocks.entries()) {
    const place = ["content", index];
    const parts = inDeltas.get(type) ?? [];
    const starts = Object.fromEntries(parts.map(([field, , empty]) => [field, empty]));
    yield event("content_block_start", `"index":${index},"content_block":${written.with(place, starts)}`);
    for (const [field, delta] of parts) {
      const value = written.at(...place, field);
      if (value === undefined) continue;
      const said = field === "input" ? `"partial_json":${JSON.stringify(value)}` : `"${field}":${value}`;
      yield event("content_block_delta", `"index":${index},"delta":{"type":"${delta}",${said}}`);
    }
    yield event("content_block_stop", `"index":${index}`);
  }
  const ends = ["stop_reason", "stop_sequence"].map((name) => `"${name}":${written.at(name) ?? "null"}`);
  yield event("message_delta", `"delta":{${ends.join(",")}},"usage":${written.at("usage") ?? "{}"}`);
  yield event("message_stop", "");
}

/** Each line of data begins with the field's name. */
function event(type: string, fields: string): StreamEvent {
  const data = `{"type":"${type}"${fields === "" ? "" : `,${fields}`}}`;
  return { event: type, data: dataLines(data) };
}
