import { afterAll, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { CallOptions, RequestFacts } from "../../../src/contracts/index.ts";
import { type ChatRequest, createRouter } from "../../../src/index.ts";
import { readsRequests } from "../../../src/plugin/reading-sinks.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

/**
 * Reading a body takes at most this many times as long as decoding its bytes and JSON.parse, which no server does without. It is
 * measured to be below 2; the rest is for a machine that does other work.
 */
const mostTimes = 3;
/** Requests that are measured. Their sums count, since who pays for collecting garbage is a matter of chance. */
const times = runs(9, 50);
/** Values of a body: all that there may be. */
const values = 99_000;

const answers = fakeModel();
/** A model of ours: it is lent the request. What sending it takes is not measured here. */
const model = Object.assign(
  fakeModel(),
  readsRequests({
    generate: (_: ChatRequest, options: CallOptions) => answers.generate({ messages: [] }, options),
    stream: answers.stream,
  }),
);
/** The facts of the last request. Those of more would be kept, which collecting garbage takes its time for. */
let seen: RequestFacts | undefined;
const router = createRouter({
  models: { small: model },
  policy: always("small"),
  constraints: [
    {
      name: "reads",
      permits(_, { request }) {
        seen = request;
        return true;
      },
    },
  ],
});
const handler = createHandler(router);
afterAll(() => router.close());

const many = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join();
const chat = '"model":"auto","messages":[{"role":"user","content":"hi"}]';
const schema = `{"type":"object","properties":{${many(values / 2 - 50, (at) => `"k${at}":{"type":"string"}`)}}}`;

const bodies: readonly (readonly [name: string, path: string, body: string])[] = [
  ["arrays", "chat/completions", `{${chat},"note":[${many(values, () => "[]")}]}`],
  ["objects", "chat/completions", `{${chat},"note":[${many(values, () => "{}")}]}`],
  ["numbers", "chat/completions", `{${chat},"note":[${many(values, () => "1")}]}`],
  [
    "depth",
    "chat/completions",
    `{${chat},"note":[${many(values / 100, () => `${"[".repeat(99)}${"]".repeat(99)}`)}]}`,
  ],
  ["keys", "chat/completions", `{${chat},"note":{${many(values, (at) => `"key-${at}":{}`)}}}`],
  ["metadata", "chat/completions", `{${chat},"metadata":{${many(values, (at) => `"k${at}":"v"`)}}}`],
  ["logit_bias", "chat/completions", `{${chat},"logit_bias":{${many(values, (at) => `"${at}":1`)}}}`],
  [
    "tools",
    "chat/completions",
    `{${chat},"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]}`,
  ],
  [
    "metadata of Messages",
    "messages",
    `{${chat},"max_tokens":9,"metadata":{${many(values, (at) => `"k${at}":"v"`)}}}`,
  ],
  ["arrays of Messages", "messages", `{${chat},"max_tokens":9,"note":[${many(values, () => "[]")}]}`],
  [
    "names that are numbers in a message of Messages",
    "messages",
    `{"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"hi","note":{${many(values, (at) => `"${at}":1`)}}}]}`,
  ],
  [
    "tools of Messages",
    "messages",
    `{${chat},"max_tokens":9,"tools":[{"name":"f","input_schema":${schema}}]}`,
  ],
];

async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  // Their sum is exact; how it is divided is a guess of the kernel.
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const send = async (path: string, body: string) => {
  const answer = await handler(`http://localhost/v1/${path}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  await answer.text();
  return answer.status;
};

it.each(bodies)(
  "%s: reading a body takes no more than a small multiple of JSON.parse",
  async (name, path, body) => {
    const bytes = new TextEncoder().encode(body);
    let text = 0;
    let parsing = 0;
    let reading = 0;
    let around = 0;
    const small = `{${chat},"max_tokens":9}`;
    await send(path, small);
    for (let time = 0; time < times; time += 1) {
      text += await cpuMs(() => JSON.parse(body));
      parsing += await cpuMs(() => JSON.parse(new TextDecoder().decode(bytes)));
      reading += await cpuMs(async () => expect(await send(path, body)).toBe(200));
      around += await cpuMs(() => send(path, small));
    }
    const ratio = (reading - around) / parsing;
    console.log(
      `${name}: ${body.length} characters, ${(parsing / times).toFixed(1)} ms, ratio ${ratio.toFixed(2)}, ` +
        `to JSON.parse of the text alone ${((reading - around) / text).toFixed(2)}`,
    );
    expect(ratio).toBeLessThan(mostTimes);
  },
);

const word = "Nightjar ".repeat(1_000);

it.each(bodies)("%s: a text among so many values is counted in full", async (_, path, body) => {
  const planted = body.replace(/"(note|metadata|logit_bias|properties)":([[{])/, (found, _name, open) =>
    open === "[" ? `${found}"${word}",` : `${found}"first":"${word}",`,
  );
  seen = undefined;
  expect(await send(path, planted)).toBe(200);
  const facts = seen as RequestFacts | undefined;
  expect(facts?.characters).toBeGreaterThanOrEqual(word.length);
  expect(facts?.inputTokens).toBeGreaterThanOrEqual(word.length / 4);
  expect(facts?.text.all()).toContain(word);
});
