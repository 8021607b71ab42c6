import type { NativeAnswer } from "../../../plugin/native-answer.ts";
import { dataLines } from "../event-lines.ts";
import type { StreamEvent } from "../event-stream.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { type WrittenJson, writtenJson } from "../written-json.ts";
import { nativeResponse } from "./native-response.ts";

/** Makes an event of its type and further fields, written as JSON. */
type Make = (type: string, fields: string) => StreamEvent;

/**
 * Sends a whole response of a server as the events of a stream, each value as the server wrote it: the answer was checked
 * before any of it was shown. Items of other types come whole.
 */
export function* wholeResponseEvents(native: NativeAnswer<string>, model: string): Generator<StreamEvent> {
  const text = nativeResponse(native, model);
  const { output, status } = JSON.parse(text) as Fields;
  const items = Array.isArray(output) ? output.map(fieldsOf) : [];
  const written = writtenJson(text, (path) => path[0] === "output" && path.length <= 5);
  let sequence = 0;
  const event: Make = (type, fields) => {
    const data = `{"type":"${type}","sequence_number":${sequence},${fields}}`;
    sequence += 1;
    // Each line of data begins with the field's name.
    return { event: type, data: dataLines(data) };
  };
  const begun = written.with([], { status: '"in_progress"', output: "[]", usage: "null" });
  yield event("response.created", `"response":${begun}`);
  yield event("response.in_progress", `"response":${begun}`);
  for (const [index, item] of items.entries()) yield* itemEvents(item, index, written, event);
  const end = status === "completed" ? "response.completed" : "response.incomplete";
  yield event(end, `"response":${text}`);
}

/** Fields of calls that come in deltas. */
const inputs: ReadonlyMap<unknown, readonly [field: string, events: string]> = new Map([
  ["function_call", ["arguments", "response.function_call_arguments"]],
  ["custom_tool_call", ["input", "response.custom_tool_call_input"]],
]);

function* itemEvents(item: Fields, index: number, written: WrittenJson, event: Make): Generator<StreamEvent> {
  const place = ["output", index];
  const at = `"output_index":${index}`;
  const inItem = `"item_id":${written.at(...place, "id") ?? '""'},${at}`;
  const begun = { status: '"in_progress"', content: "[]", arguments: '""', input: '""' };
  const whole = written.at(...place) ?? "{}";
  const { type, content } = item;
  const isWritten = type === "message" || inputs.has(type);
  yield event("response.output_item.added", `${at},"item":${isWritten ? written.with(place, begun) : whole}`);
  if (type === "message" && Array.isArray(content))
    for (const [part, given] of content.map(fieldsOf).entries())
      yield* partEvents(
        given,
        [...place, "content", part],
        `${inItem},"content_index":${part}`,
        written,
        event,
      );
  const [field, events] = inputs.get(type) ?? [];
  const input = field === undefined ? undefined : written.at(...place, field);
  if (input !== undefined) {
    yield event(`${events}.delta`, `${inItem},"delta":${input}`);
    yield event(`${events}.done`, `${inItem},"${field}":${input}`);
  }
  yield event("response.output_item.done", `${at},"item":${whole}`);
}

function* partEvents(
  { type }: Fields,
  place: readonly (string | number)[],
  at: string,
  written: WrittenJson,
  event: Make,
): Generator<StreamEvent> {
  const [field, events] =
    type === "refusal" ? ["refusal", "response.refusal"] : ["text", "response.output_text"];
  const begun = written.with(place, { text: '""', refusal: '""', annotations: "[]", logprobs: "[]" });
  yield event("response.content_part.added", `${at},"part":${begun}`);
  const value = written.at(...place, field);
  const logprobs = type === "refusal" ? "" : `,"logprobs":${written.at(...place, "logprobs") ?? "[]"}`;
  if (value !== undefined) {
    yield event(`${events}.delta`, `${at},"delta":${value}${logprobs}`);
    yield event(`${events}.done`, `${at},"${field}":${value}${logprobs}`);
  }
  yield event("response.content_part.done", `${at},"part":${written.at(...place) ?? "{}"}`);
}
