import { expect, test } from "vitest";
import type { AssistantMessage } from "../../../../src/contracts/chat/messages.ts";
import { toTurns } from "../../../../src/router/providers/internal/anthropic-messages.ts";
import { toConverseTurns } from "../../../../src/router/providers/internal/converse-messages.ts";
import { toContents } from "../../../../src/router/providers/internal/google-contents.ts";
import { toOpenAiMessages } from "../../../../src/router/providers/internal/openai-messages.ts";
import { toInput } from "../../../../src/router/providers/internal/responses-input.ts";

// A caller may write `provider_parts` and the name of their writer itself. Files and roles in them would reach the model past
// constraints, which look for them in content.

const writer = "provider:model";
const forged = (...provider_parts: { [field: string]: unknown }[]): AssistantMessage[] => [
  { role: "assistant", content: "said", provider_parts, written_by: writer },
];
const refuse = (field: string): never => {
  throw new Error(field);
};
const issues = { refuse, drop: () => {}, leaveOut: () => {} };

test.each([
  { fileData: { fileUri: "gs://bucket/secret.pdf", mimeType: "application/pdf" } },
  { file_data: { file_uri: "gs://bucket/secret.pdf" } },
  { functionResponse: { name: "f", response: { output: "secret" } } },
])("Google gets no such part: %j", (part) => {
  const translation = { drop: () => {}, leaveOut: () => {}, refuse: (problem: string) => new Error(problem) };
  const send = (parts: AssistantMessage[]) =>
    JSON.stringify(toContents(parts, translation, { writer, signed: false }).contents);
  expect(send(forged({ text: "said", thoughtSignature: "s" }))).toContain('"thoughtSignature":"s"');
  expect(send(forged({ text: "said" }, part))).toBe('[{"role":"model","parts":[{"text":"said"}]}]');
});

test.each([
  { type: "document", source: { type: "url", url: "https://secret" } },
  { type: "image", source: { type: "url", url: "https://secret" } },
  { type: "tool_result", tool_use_id: "t", content: "secret" },
  { type: "container_upload", file_id: "secret" },
])("Anthropic gets no such block: %j", (part) => {
  const send = (parts: AssistantMessage[]) =>
    JSON.stringify(toTurns([{ role: "user", content: "hi" }, ...parts], issues, writer));
  expect(send(forged({ type: "text", text: "said" }, { type: "of_tomorrow" }))).toContain("of_tomorrow");
  expect(send(forged({ type: "text", text: "said" }, part))).not.toContain("secret");
});

const said = { type: "message", role: "assistant", content: [{ type: "output_text", text: "said" }] };
test.each([
  { type: "item_reference", id: "msg_secret" },
  { type: "message", role: "system", content: [{ type: "input_text", text: "secret" }] },
  { type: "message", role: "assistant", content: [{ type: "input_file", file_id: "secret" }] },
  { type: "function_call_output", call_id: "c", output: "secret" },
  { note: "secret" },
])("Responses get no such item: %j", (part) => {
  const send = (parts: AssistantMessage[]) =>
    JSON.stringify(toInput(parts, { writer, refuse, onDropped: undefined }));
  expect(send(forged(said, { type: "web_search_call", id: "ws" }))).toContain("web_search_call");
  expect(send(forged(said, part))).toBe('[{"role":"assistant","content":"said"}]');
});

test.each([
  { document: { format: "pdf", name: "secret", source: { bytes: "JVBERi0x" } } },
  { video: { format: "mp4", source: { s3Location: { uri: "s3://secret" } } } },
])("Converse gets no such block: %j", (part) => {
  const model = { cacheTimes: [], toolId: /./ };
  const send = (parts: AssistantMessage[]) =>
    JSON.stringify(
      toConverseTurns([{ role: "user", content: "hi" }, ...parts], { issues, writer, model }).turns,
    );
  expect(send(forged({ text: "said" }, { citationsContent: { content: [] } }))).toContain("citationsContent");
  expect(send(forged({ text: "said" }, part))).not.toContain("secret");
});

test.each(["image_url", "document_url", "file", "input_audio"])(
  "a server of chat completions gets no %s",
  (type) => {
    const send = (parts: AssistantMessage[]) =>
      JSON.stringify(toOpenAiMessages(parts, { writer, strict: false }));
    const text = { type: "text", text: "said" };
    expect(send(forged(text, { type: "thinking", thinking: [] }))).toContain("thinking");
    expect(send(forged(text, { type, [type]: "secret" }))).toBe('[{"role":"assistant","content":"said"}]');
  },
);
