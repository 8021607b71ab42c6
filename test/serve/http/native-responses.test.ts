import OpenAI, { BadRequestError } from "openai";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { type RawAnswer, serveRaw } from "../../support/serve-raw.ts";

const reasoning = '{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}';
const message =
  '{"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"final_answer","content":[{"type":"output_text","text":"hi","annotations":[],"logprobs":[]}]}';
const response = `{"id":"resp_1","object":"response", "created_at":1,"status":"completed","error":null,"incomplete_details":null,"model":"gpt-5-x","output":[${reasoning},${message}],"tools":[],"usage":{"input_tokens":9,"output_tokens":7,"total_tokens":16}}`;
const events = [
  '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"gpt-5-x","output":[]}}',
  '{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}',
  `{"type":"response.output_item.done","sequence_number":1,"output_index":0,"item":${reasoning}}`,
  '{"type":"response.output_item.added","sequence_number":2,"output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}',
  '{"type":"response.content_part.added","sequence_number":3,"item_id":"msg_1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}',
  '{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"hi","obfuscation":"x"}',
  `{"type":"response.completed","sequence_number":5,"response":${response}}`,
];
const sse = events.map((data) => `event: ${JSON.parse(data).type}\ndata: ${data}\n\n`).join("");
const marked = (text: string) =>
  text.replaceAll('"gpt-5-x"', '"large"').replaceAll('"gAAA"', '"switchpoint.openai%3Agpt-5.gAAA"');

async function served(...given: readonly RawAnswer[]) {
  const server = await serveRaw(given);
  onTestFinished(server.close);
  const heard: RouterEvent[] = [];
  const router = createRouter({
    models: { large: openai("gpt-5", { baseUrl: `${server.url}/v1`, apiKey: "own-key", api: "responses" }) },
    policy: always("large"),
    execution: { retries: 0 },
    onEvent: (event) => void heard.push(event),
  });
  const handler = createHandler(router);
  const post = (text: string) =>
    handler("http://x/v1/responses", {
      method: "POST",
      body: text,
      headers: { authorization: "Bearer client" },
    });
  return { ...server, handler, post, heard };
}

test("a request goes as it came and the answer comes as it came", async () => {
  const { post, requests } = await served({ status: 200, text: response });
  const written =
    '{"model":"large", "input":[{"role":"user","content":"n\\u0061me"}],"include":["reasoning.encrypted_content"],"store":false,"new_field":{"x":1.0},"stream":false}';
  expect(await (await post(written)).text()).toBe(marked(response));
  expect(requests[0]?.text).toBe(written.replace('"large"', '"gpt-5"'));
  expect(requests[0]?.headers.authorization).toBe("Bearer own-key");
});

test("OpenAI's client streams it, and reasoning comes back as the server wrote it", async () => {
  const stream: RawAnswer = { status: 200, type: "text/event-stream", text: sse };
  const { handler, requests, post, heard } = await served(stream);
  const reply = await post('{"model":"large","input":"Hi.","stream":true}');
  expect(await reply.text()).toBe(marked(sse));
  expect(heard.find(({ type }) => type === "request-completed")).toMatchObject({
    usage: { inputTokens: 9, outputTokens: 7 },
  });
  const client = new OpenAI({ apiKey: "k", fetch: handler, maxRetries: 0 });
  const first = await client.responses.stream({ model: "large", input: "Hi." }).finalResponse();
  expect(first.output_text).toBe("hi");
  const foreign = { ...(first.output[0] as object), encrypted_content: "of another" };
  const input = [{ role: "user", content: "Hi." }, ...first.output, foreign, first.output[1]];
  await client.responses.stream({ model: "large", input: input as never }).finalResponse();
  expect(JSON.parse(requests[2]?.text ?? "").input).toMatchObject([
    { role: "user" },
    { type: "reasoning", encrypted_content: "gAAA" },
    { type: "message", id: "msg_1", phase: "final_answer" },
    { type: "message" },
  ]);
  expect(JSON.parse(requests[2]?.text ?? "").input[3]).not.toHaveProperty("id");
});

test("a server's error comes byte for byte", async () => {
  const refusal =
    '{"error": {"message":"no such thing","type":"invalid_request_error","param":"x","code":null}}';
  const { post, handler } = await served({ status: 400, text: refusal });
  const reply = await post('{"model":"large","input":"Hi."}');
  expect([reply.status, await reply.text()]).toEqual([400, refusal]);
  const client = new OpenAI({ apiKey: "k", fetch: handler, maxRetries: 0 });
  await expect(client.responses.create({ model: "large", input: "Hi." })).rejects.toBeInstanceOf(
    BadRequestError,
  );
});

test("nothing is kept at the provider, and fields of the router are left out", async () => {
  const { post, requests } = await served({ status: 200, text: response });
  await post(
    '{"model":"large","session":"s","deadlineMs":60000,"models":["a/b"],"provider":{"only":["b"]},"plugins":[],"input":"Hi.","store":true,"top_p":1.0}',
  );
  expect(requests[0]?.text).toBe('{"model":"gpt-5","input":"Hi.","store":false,"top_p":1.0}');
  await post('{"model":"large","input":"Hi."}');
  expect(JSON.parse(requests[1]?.text ?? "")).toEqual({ model: "gpt-5", input: "Hi.", store: false });
  const reply = await post('{"model":"large","input":"Hi.","background":1}');
  expect(reply.status).toBe(400);
  expect(requests).toHaveLength(2);
});
