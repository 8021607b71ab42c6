import { afterEach, expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model, type RouterEvent } from "../../../src/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { type RunningServer, serve } from "../../../src/serve/http/server/index.ts";
import {
  dollarACall,
  generateLane,
  type Lane,
  messagesLane,
  responsesLane,
  sendText,
  sse,
} from "../../support/native-lanes.ts";
import { serveWith } from "../../support/serve-with.ts";

// What a server that lies, and a sender who is careless, can do to requests that go as they came.

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

type Answer = Parameters<typeof serveWith>[0];

async function started(lane: Lane, answer: Answer, modelOf = (url: string) => lane.model("model-1", url)) {
  const upstream = await serveWith(answer);
  onTestFinished(upstream.close);
  const heard: RouterEvent[] = [];
  const router = createRouter({
    models: { first: modelOf(upstream.url) } as Readonly<Record<string, Model>>,
    policy: always("first"),
    execution: { retries: 0, backoffBaseMs: 0 },
    onEvent: (event) => void heard.push(event),
  });
  running = await serve(router, { port: 0 });
  const { url } = running;
  const ask = (body: string, path = lane.pathOf(body)) =>
    fetch(url + path, { method: "POST", body, headers: { "content-type": "application/json" } });
  return { ask, heard, requests: upstream.requests };
}

const answering =
  (lane: Lane): Answer =>
  (response) =>
    sendText(response, 200, lane.answer);

test("of pings one alone is held, however many a server sends", async () => {
  const { events } = messagesLane;
  const { ask } = await started(messagesLane, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse(events.slice(0, 1)));
    response.write(sse(['{"type":"ping"}']).repeat(100_000));
    response.end(sse(events.slice(1)));
  });
  const text = await (await ask(messagesLane.written(true))).text();
  expect(text.match(/event: ping/g)).toHaveLength(1);
  expect(text.replace(sse(['{"type":"ping"}']), "")).toBe(sse(events));
});

test.each([messagesLane, responsesLane, generateLane])(
  "events without content end a stream when they are too many",
  async (lane) => {
    const { ask, heard } = await started(lane, (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(sse(lane.events.slice(0, 1)));
      response.end(sse(['{"type":"nothing"}']).repeat(60_000) + sse(lane.events.slice(1)));
    });
    const reply = await ask(lane.written(true));
    expect(reply.status).toBe(502);
    expect(await reply.text()).toContain("events without content");
    expect(heard.at(-1)).toMatchObject({ type: "request-failed" });
  },
);

test("a response that fails in its stream shows the name that was asked for", async () => {
  const failed =
    '{"type":"response.failed","sequence_number":3, "response":{"id":"resp_1","status":"failed","model":"gpt-of-the-server","error":{"code":"server_error","message":"x"},"output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}]}}';
  const { ask } = await started(responsesLane, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(sse([...responsesLane.events.slice(0, 3), failed]));
  });
  const text = await (await ask(responsesLane.written(true))).text();
  const shown = failed
    .replace("gpt-of-the-server", "auto")
    .replace('"gAAA"', '"switchpoint.openai%3Amodel-1.gAAA"');
  expect(text).toBe(sse([...responsesLane.events.slice(0, 3), shown]));
});

test("no further model sees a request because its sender names one", async () => {
  const named =
    '"moderation":{"model":"omni-moderation-of-tomorrow"},"models":["a/b"],"provider":{"only":["b"]},"plugins":[{"id":"web"}],';
  const native = await started(responsesLane, answering(responsesLane));
  await native.ask(responsesLane.written(false).replace('"store"', `${named}"store"`));
  expect(native.requests[0]?.text).toBe(
    '{"stream":false,"model":"model-1","store":false,"top_p":1.0,"new_field":{"x":1.0},"input":[{"role":"user","content":"n\\u0061me"}]}',
  );
  await running?.close();
  const chat = await started(responsesLane, answering(responsesLane), (url) =>
    openaiCompatible("model-1", { provider: "gateway", baseUrl: `${url}/v1`, apiKey: "k" }),
  );
  await chat.ask(
    `{"model":"auto",${named}"top_k":5,"messages":[{"role":"user","content":"Hi."}]}`,
    "/v1/chat/completions",
  );
  expect(chat.requests[0]?.body).toEqual({
    model: "model-1",
    top_k: 5,
    messages: [{ role: "user", content: "Hi." }],
  });
});

test("by chat completions no one reaches what a provider keeps, or sends what is not counted", async () => {
  const { ask, requests } = await started(responsesLane, answering(responsesLane));
  const chat = (field: string) =>
    ask(`{"model":"auto",${field}"messages":[{"role":"user","content":"Hi."}]}`, "/v1/chat/completions");
  for (const name of ["previous_response_id", "conversation", "prompt", "instructions", "input"]) {
    const reply = await chat(`"${name}":"resp_of_another",`);
    expect([name, reply.status]).toEqual([name, 400]);
    expect(await reply.text()).toContain(name);
  }
  expect(requests).toHaveLength(0);
  expect((await chat('"store":true,"background":false,')).status).toBe(200);
  expect(requests[0]?.body).toMatchObject({ store: false });
});

test("what tools of a provider found counts, and so do blocks of tomorrow", async () => {
  const { ask, requests } = await started(messagesLane, answering(messagesLane), (url) => ({
    ...messagesLane.model("model-1", url),
    contextWindow: 20_000,
  }));
  const withBlocks = (blocks: string) =>
    `{"model":"auto","max_tokens":100,"messages":[{"role":"user","content":"Hi."},{"role":"assistant","content":[${blocks}]},{"role":"user","content":"Go on."}]}`;
  const found = (words: string) =>
    `{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"T","url":"u","encrypted_content":"${words}"}]}`;
  expect((await ask(withBlocks(found("short")))).status).toBe(200);
  expect(requests[0]?.text).toBe(withBlocks(found("short")).replace('"auto"', '"model-1"'));
  for (const blocks of [
    found("word ".repeat(40_000)),
    `{"type":"of_tomorrow","data":"${"word ".repeat(40_000)}"}`,
  ]) {
    const reply = await ask(withBlocks(blocks));
    expect(reply.status).toBe(400);
    expect(await reply.text()).toMatch(/context window|tokens/);
  }
  expect(requests).toHaveLength(1);
});

test("calls of custom tools, and reasoning in plain words, reach the client as they are written", async () => {
  const item = '{"type":"custom_tool_call","id":"ctc_1","call_id":"c1","name":"patch","input":""';
  const events = [
    responsesLane.events[0] as string,
    '{"type":"response.reasoning_text.delta","sequence_number":1,"item_id":"rs_1","output_index":0,"content_index":0,"delta":"Hm."}',
    `{"type":"response.output_item.added","sequence_number":2,"output_index":1,"item":${item}}}`,
    '{"type":"response.custom_tool_call_input.delta","sequence_number":3,"item_id":"ctc_1","output_index":1,"delta":"*** Begin"}',
  ];
  let end: () => void = () => {};
  const { ask, heard } = await started(responsesLane, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse(events));
    const done = `${item.replace('"input":""', '"input":"*** Begin"')}}`;
    const response_ = `{"id":"resp_1","object":"response","status":"completed","model":"auto","output":[${done}],"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11}}`;
    end = () => response.end(sse([`{"type":"response.completed","response":${response_}}`]));
  });
  const reply = await ask(responsesLane.written(true));
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("*** Begin")) text += (await reader?.read())?.value ?? "";
  expect(text).toBe(sse(events));
  end();
  for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) text += step.value;
  expect(text).toContain("response.completed");
  expect(heard.at(-1)).toMatchObject({ type: "request-completed", usage: { outputTokens: 2 } });
});

test("a long answer that its client wants whole is asked for and waited for as it came", async () => {
  const { ask, requests } = await started(messagesLane, answering(messagesLane));
  const long = messagesLane.written(false).replace('"max_tokens":100', '"max_tokens":128000');
  expect(await (await ask(long)).text()).toBe(messagesLane.answer);
  expect(requests[0]?.text).toBe(messagesLane.expected(long, "model-1"));
});

test("a target of openai() that is called by chat completions gets no field of another interface", async () => {
  const { ask, requests } = await started(responsesLane, answering(responsesLane), (url) =>
    openai("model-1", { baseUrl: `${url}/v1`, apiKey: "k", price: dollarACall }),
  );
  await ask(responsesLane.written(false));
  expect(Object.keys(requests[0]?.body ?? {}).sort()).toEqual(["messages", "model", "top_p"]);
});
