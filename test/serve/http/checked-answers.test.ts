import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { validOutput } from "../../../policies/checks/index.ts";
import { cascade } from "../../../policies/index.ts";
import { type Check, createRouter, type Model } from "../../../src/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { generateLane, messagesLane, responsesLane, sendText } from "../../support/native-lanes.ts";
import { serveWith } from "../../support/serve-with.ts";

// What a client that wants a stream is sent where an answer is checked before it is shown.

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** Serves a cascade from `small` to `large`. */
async function started(
  { small, large = fakeModel({ model: "unused" }) }: { readonly small: Model; readonly large?: Model },
  unless: Check,
) {
  const router = createRouter({
    models: { small, large },
    policy: cascade({ first: "small", then: "large", unless }),
    execution: { retries: 0 },
  });
  running = await serve(router, { port: 0 });
  const { url } = running;
  const ask = (path: string, body: string) =>
    fetch(url + path, { method: "POST", body, headers: { "content-type": "application/json" } });
  return { url, ask };
}

async function upstream(text: string) {
  const server = await serveWith((response) => sendText(response, 200, text));
  onTestFinished(server.close);
  return server;
}

const accepts: Check = { name: "all", accepts: () => true };

const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [
    { type: "thinking", thinking: "Hm.\nYes.", signature: "sig" },
    { type: "text", text: "hi", citations: [{ type: "char_location", cited_text: "h" }] },
    { type: "of_tomorrow", data: { a: 1 } },
    { type: "tool_use", id: "t1", name: "f", input: { id: 7, deep: { b: [true, null] } } },
  ],
  stop_reason: "tool_use",
  stop_sequence: "###",
  usage: { input_tokens: 9, output_tokens: 2, cache_creation: { ephemeral_1h_input_tokens: 3 } },
};
// Neither number can be read and written again.
const exact = (text: string) =>
  text.replace('"id":7', '"id":1234567890123456789').replace('"a":1', '"a":1.0');

describe("/v1/messages", () => {
  test("a checked message comes as events that say all that the server wrote", async () => {
    // Over several lines, as some servers write.
    const { url: base, requests } = await upstream(
      exact(JSON.stringify(message, null, 1).replaceAll('": ', '":')),
    );
    const small = anthropic("claude-haiku-4-5", { baseUrl: base, apiKey: "k" });
    const { url, ask } = await started({ small }, accepts);
    const reply = await ask("/v1/messages", messagesLane.written(true));
    const text = await reply.text();
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    expect(requests[0]?.body.stream).toBe(false);
    const types = [...text.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type);
    expect(new Set(types)).toEqual(
      new Set([
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
      ]),
    );
    expect(text).toContain(JSON.stringify("1234567890123456789").slice(1, -1));
    expect(text).toContain('"a":1.0');

    const client = new Anthropic({ baseURL: url, apiKey: "k", maxRetries: 0 });
    const asked = { model: "auto", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi." }] };
    const streamed = await client.messages.stream(asked).finalMessage();
    const whole = await client.messages.create(asked);
    expect(streamed).toMatchObject(JSON.parse(JSON.stringify(whole)));
    expect(streamed.content[0]).toEqual({
      type: "thinking",
      thinking: "Hm.\nYes.",
      signature: "switchpoint.anthropic%3Aclaude-haiku-4-5.sig",
    });
    expect(streamed.model).toBe("auto");
  });

  test("nothing of an answer that a check refuses is sent", async () => {
    const first = await upstream(messagesLane.answer.replace('"hi"', '"words of the small one"'));
    const small = anthropic("claude-haiku-4-5", { baseUrl: first.url, apiKey: "k" });
    const large = fakeModel({ model: "large", answer: "from large" });
    const { ask } = await started({ small, large: large }, { name: "none", accepts: () => false });
    const text = await (await ask("/v1/messages", messagesLane.written(true))).text();
    expect(text).not.toContain("words of the small one");
    expect(text.match(/"text":"(from |large)"/g)).toHaveLength(2);
  });
});

test("/v1beta/models: a checked answer comes as the one piece of a stream, as its server wrote it", async () => {
  const signed = '{"text":"hi","thoughtSignature":"c2ln"}, {"functionCall":{"name":"f","args":{"a":1.0}}}';
  const answer = `{"candidates": [{"content":{"parts":[${signed}]},\n"finishReason":"STOP"}]}`;
  const { url: baseUrl, requests } = await upstream(answer);
  const small = google("gemini-3-flash", { baseUrl, apiKey: "k" });
  const { ask } = await started({ small }, accepts);
  const text = await (await ask(generateLane.pathOf('"topK":1'), generateLane.written(true))).text();
  expect(requests[0]?.url).toContain(":generateContent");
  const mark = Buffer.from("switchpoint.google%3Agemini-3-flash.c2ln").toString("base64");
  expect(text).toBe(`data: ${answer.replace("\n", " ").replace("c2ln", mark)}\n\n`);
});

describe("/v1/responses", () => {
  const output = [
    {
      type: "reasoning",
      id: "rs_1",
      summary: [{ type: "summary_text", text: "Hm." }],
      encrypted_content: "gAAA",
    },
    {
      type: "message",
      id: "msg_1",
      role: "assistant",
      status: "completed",
      phase: "final_answer",
      content: [
        { type: "output_text", text: "hi", annotations: [{ type: "file_path", index: 0 }], logprobs: [] },
        { type: "refusal", refusal: "no" },
      ],
    },
    {
      type: "function_call",
      id: "fc_1",
      call_id: "c1",
      name: "f",
      arguments: '{"id":7}',
      status: "completed",
    },
    {
      type: "custom_tool_call",
      id: "ctc_1",
      call_id: "c2",
      name: "patch",
      input: "*** Begin\n",
      status: "completed",
    },
  ];
  const response = {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    error: null,
    incomplete_details: null,
    model: "gpt-x",
    output,
    usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 },
  };

  test("a checked response comes as events that say all that the server wrote", async () => {
    const { url: base, requests } = await upstream(JSON.stringify(response));
    const small = openai("gpt-5", { baseUrl: `${base}/v1`, apiKey: "k", api: "responses" });
    const { url, ask } = await started({ small: small }, accepts);
    const text = await (await ask("/v1/responses", responsesLane.written(true))).text();
    expect(requests[0]?.body.stream).toBe(false);
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    const wholeText = await (await ask("/v1/responses", responsesLane.written(false))).text();
    expect(events.at(-1)).toEqual({
      type: "response.completed",
      sequence_number: events.length - 1,
      response: JSON.parse(wholeText),
    });

    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k", maxRetries: 0 });
    const stream = client.responses.stream({ model: "auto", input: "Hi." });
    const deltas: string[] = [];
    for await (const event of stream)
      if (event.type.endsWith(".delta")) deltas.push((event as { delta: string }).delta);
    expect(deltas).toEqual(["hi", "no", '{"id":7}', "*** Begin\n"]);
    expect((await stream.finalResponse()).output).toMatchObject([
      { encrypted_content: "switchpoint.openai%3Agpt-5.gAAA" },
      { phase: "final_answer" },
      { arguments: '{"id":7}' },
      { input: "*** Begin\n" },
    ]);
  });
});

const never: Check = { name: "never", accepts: () => new Promise<boolean>(() => {}) };

test.each([
  ["/v1/chat/completions", '"messages":[{"role":"user","content":"Hi."}]', "[DONE]"],
  ["/v1/messages", '"max_tokens":9,"messages":[{"role":"user","content":"Hi."}]', "message_stop"],
  ["/v1/responses", '"input":"Hi."', "response.completed"],
  ["/v1beta/models/auto:generateContent", '"contents":"Hi."', '"finishReason":"STOP"'],
])("%s: a check that never ends does not cut the answer, whole and streamed", async (path, fields, end) => {
  const small = fakeModel({ answer: "an answer" });
  const router = createRouter({
    models: { small },
    policy: { name: "first", select: () => ({ model: "small", reason: "the only one" }) },
    execution: { retries: 0, degraded: never },
  });
  running = await serve(router, { port: 0 });
  const ask = async (stream: boolean) => {
    const body = `{"model":"auto","deadlineMs":300,"stream":${stream},${fields}}`;
    const headers = { "content-type": "application/json" };
    const streamed = path.replace(":generate", ":streamGenerate");
    const reply = await fetch(`${running?.url}${stream ? streamed : path}`, {
      method: "POST",
      body,
      headers,
    });
    return { status: reply.status, text: await reply.text() };
  };
  for (const stream of [false, true]) {
    const { status, text } = await ask(stream);
    expect([status, text]).toEqual([200, expect.stringContaining("an answer")]);
    expect(text).not.toContain("deadline");
    if (stream) expect(text).toContain(end);
  }
});

test("a schema of response_format that the check does not accept reaches no client, whole or streamed", async () => {
  const small = fakeModel({ model: "s", answer: "It is Ulm." });
  const large = fakeModel({ model: "l", answer: '{ "name": "Ulm" }' });
  const { url } = await started({ small: small, large: large }, validOutput());
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "k", maxRetries: 0 });
  const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
  const asked = {
    model: "auto",
    messages: [{ role: "user" as const, content: "Which city?" }],
    response_format: { type: "json_schema" as const, json_schema: { name: "city", schema } },
  };
  const stream = client.chat.completions.stream(asked);
  expect(await stream.finalContent()).toBe('{ "name": "Ulm" }');
  const whole = await client.chat.completions.create(asked);
  expect(whole.choices[0]?.message.content).toBe('{ "name": "Ulm" }');
});
