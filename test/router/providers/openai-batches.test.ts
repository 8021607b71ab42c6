import { expect, test } from "vitest";
import type { BatchResult, ChatRequest } from "../../../src/contracts/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";

const request: ChatRequest = {
  messages: [{ role: "user", content: "How deep is the harbour?" }],
  max_tokens: 50,
  seed: 7,
};
const { signal } = new AbortController();
const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "12 m" }] }];
const answers = {
  "/v1/chat/completions": { choices: [{ message: { content: "12 m" }, finish_reason: "stop" }] },
  "/v1/responses": { id: "resp_1", status: "completed", error: null, model: "m", output },
};

test.each([
  ["gpt-4.1", "/v1/chat/completions", { messages: request.messages, max_completion_tokens: 50, seed: 7 }, []],
  ["gpt-6", "/v1/responses", { input: request.messages, max_output_tokens: 50, store: false }, ["seed"]],
] as const)("a batch of %s calls %s", async (name, endpoint, sent, left) => {
  let uploaded = "";
  let created = "";
  // Files are sent as forms.
  const answer: typeof fetch = async (address, { body, method } = {}) => {
    const path = new URL(String(address)).pathname;
    if (path === "/v1/files") {
      uploaded = await ((body as FormData).get("file") as File).text();
      return Response.json({ id: "file-1", object: "file" });
    }
    if (path === "/v1/batches" && method?.toUpperCase() === "POST") {
      created = String(body);
      return Response.json({ id: "batch_1", status: "in_progress" });
    }
    if (path === "/v1/batches/batch_1")
      return Response.json({ id: "batch_1", status: "completed", output_file_id: "file-2" });
    const line = { custom_id: "a", response: { status_code: 200, body: answers[endpoint] }, error: null };
    return new Response(`${JSON.stringify(line)}\n`);
  };
  const { batches } = openai(name, { apiKey: "k", fetch: answer });
  const dropped: string[] = [];
  const body = (await batches?.bodyOf(request, { onDropped: (field) => dropped.push(field) })) as object;
  expect(body).toMatchObject({ ...sent, model: name });
  expect(dropped).toEqual(left);
  const id = (await batches?.submit([{ id: "a", body }], { key: "k1" }, { signal })) ?? "";
  expect(JSON.parse(created)).toMatchObject({ endpoint });
  expect(JSON.parse(uploaded)).toMatchObject({ custom_id: "a", url: endpoint, body: { model: name } });
  const results: BatchResult[] = [];
  for await (const result of batches?.results(id, { signal }) ?? []) results.push(result);
  expect(results).toMatchObject([{ id: "a", completion: { choices: [{ message: { content: "12 m" } }] } }]);
});
