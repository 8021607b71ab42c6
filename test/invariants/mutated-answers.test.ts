import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { isRouterError, type Model, type Router } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { bedrock } from "../../src/router/providers/bedrock.ts";
import { google } from "../../src/router/providers/google.ts";
import { EventFrames } from "../../src/router/providers/internal/event-frames.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { memoryInUse } from "../support/memory-in-use.ts";
import { type AnswerSample, answerSamples } from "../support/mutations/answer-samples.ts";
import { brokenChunk, brokenIn } from "../support/mutations/contract.ts";
import { mutatedBody, mutatedBytes, mutatedStream, randomOf } from "../support/mutations/mutate.ts";
import { eventsIn, type Protocol, textOfBody, textOfEvents } from "../support/mutations/plain-reader.ts";
import { awsFrame } from "../support/platforms/aws-frames.ts";
import { runs } from "../support/runs.ts";

type Fetch = typeof globalThis.fetch;
const region = "eu-central-1";
const models: Readonly<Record<Protocol, (fetch: Fetch) => Model>> = {
  chat: (fetch) => openaiCompatible("m", { baseUrl: "http://127.0.0.1:9/v1", provider: "own", fetch }),
  messages: (fetch) => anthropic("claude-opus-5", { apiKey: "k", fetch }),
  responses: (fetch) => openai("gpt-5.6", { apiKey: "k", api: "responses", fetch }),
  generate: (fetch) => google("gemini-3.5-flash", { apiKey: "k", fetch }),
  converse: (fetch) => bedrock("amazon.nova-pro-v1:0", { region, apiKey: "k", fetch }),
  invoke: (fetch) => bedrock("anthropic.claude-opus-5", { region, api: "invoke", apiKey: "k", fetch }),
};

/** Recorded answers, where there are some; they are not part of this repository. */
function recorded(protocol: Protocol): readonly AnswerSample[] {
  const name = protocol === "invoke" ? "messages" : protocol;
  const file = join(process.env["SWITCHPOINT_DATA"] ?? "../shared/data", "wire", `${name}.jsonl.gz`);
  if (!existsSync(file)) {
    console.info(`no recorded answers for ${protocol}: SWITCHPOINT_DATA names no folder with wire/`);
    return [];
  }
  return gunzipSync(readFileSync(file))
    .toString("utf8")
    .trim()
    .split("\n")
    .flatMap((line): AnswerSample[] => {
      const { response } = JSON.parse(line) as {
        response: { status: number; body?: unknown; sse?: string; base64?: string };
      };
      const length = JSON.stringify(response).length;
      if (response.status >= 400 || length > longest) return [];
      if (response.base64 !== undefined)
        return [{ sse: textOfFrames(Buffer.from(response.base64, "base64")) }];
      return [response.sse === undefined ? { body: response.body } : { sse: response.sse }];
    });
}

/** Longest answer that is taken, in characters: a change of a short one hits more often what counts. */
const longest = 10_000;

function textOfFrames(bytes: Uint8Array): string {
  return [...new EventFrames().push(bytes)]
    .map(({ headers, payload }) => `event: ${headers.get(":event-type")}\ndata: ${Buffer.from(payload)}\n\n`)
    .join("");
}

const encoder = new TextEncoder();

/** Writes a stream of events as a provider sends it: AWS has frames. */
function bytesOf(protocol: Protocol, stream: string): Uint8Array {
  if (protocol !== "converse" && protocol !== "invoke") return encoder.encode(stream);
  const frames = [...eventsIn(stream)].map(({ name, data }) =>
    protocol === "converse"
      ? awsFrame({ ":event-type": name, ":message-type": "event" }, data)
      : awsFrame(
          { ":event-type": "chunk", ":message-type": "event" },
          JSON.stringify({ bytes: Buffer.from(data).toString("base64") }),
        ),
  );
  return Buffer.concat(frames);
}

/** Answer to the next call. */
interface Answer {
  bytes: Uint8Array;
  isStream: boolean;
}

/** Returns a response whose body comes in pieces: what reading one needs, since a `Response` takes a third of a run's time. */
function responseOf(pieces: readonly Uint8Array[], headers: Headers): Response {
  async function* body() {
    yield* pieces;
  }
  return { status: 200, ok: true, headers, body: body() } as unknown as Response;
}

const headersOf = (type: string) => new Headers({ "content-type": type });
const whole = headersOf("application/json");
const streamed = headersOf("text/event-stream");

const each = runs(100, 250_000);
/** The full count takes minutes of a processor for each interface. */
const timeout = runs(60_000, 3_600_000);
/** Memory that may be in use after all answers beyond that before, in bytes. */
const mostMemory = 64 * 2 ** 20;

/** Clients hold a signal by a weak reference, which is let go at the end of a turn alone: until then it counts as in use. */
async function settledMemory(): Promise<number> {
  for (let turns = 0; turns < 2; turns += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    memoryInUse();
  }
  return memoryInUse();
}

it.for(Object.keys(models) as Protocol[])(
  "a changed answer of %s is a contract answer or a typed error, and its text arrives",
  { timeout },
  async (protocol) => {
    const own = answerSamples[protocol === "invoke" ? "messages" : protocol];
    const samples = [...own, ...recorded(protocol)].map((sample) =>
      "sse" in sample ? sample : { body: JSON.stringify(sample.body) },
    );
    const answer: Answer = { bytes: new Uint8Array(), isStream: false };
    let at = 0;
    const fetch = async () => {
      const { bytes } = answer;
      const pieces = at === 0 ? [bytes] : [bytes.subarray(0, at), bytes.subarray(at)];
      return responseOf(pieces, answer.isStream ? streamed : whole);
    };
    const router = createRouter({
      models: { m: models[protocol](fetch) },
      policy: always("m"),
      execution: {
        retries: 0,
        fallback: false,
        limits: { learn: false },
        breaker: { failureRatio: 1, minCalls: 1_000_000_000 },
      },
    });
    const found = new Map<string, string>();
    let before: number | undefined;
    for (let seed = 0; seed < each; seed += 1) {
      const random = randomOf(seed);
      const sample = samples[Math.floor(random() * samples.length)] as (typeof samples)[number];
      const isStream = "sse" in sample;
      const text = isStream ? mutatedStream(sample.sse, random) : mutatedBody(sample.body, random);
      const bytes = isStream ? bytesOf(protocol, text) : encoder.encode(text);
      const isCut = random() < 0.25;
      answer.bytes = isCut && bytes.length > 0 ? mutatedBytes(bytes, random) : bytes;
      answer.isStream = isStream;
      at = random() < 0.25 ? Math.floor(random() * answer.bytes.length) : 0;
      const problem = await problemOf(router, protocol, answer, isStream && !isCut ? text : undefined);
      if (problem !== undefined && !found.has(problem))
        found.set(problem, `seed ${seed}: ${text.slice(0, 1_500)}`);
      if (seed === 99) before = await settledMemory();
    }
    expect([...found]).toEqual([]);
    expect((await settledMemory()) - (before ?? 0)).toBeLessThan(mostMemory);
    await router.close();
  },
);

async function problemOf(
  router: Router,
  protocol: Protocol,
  { bytes, isStream }: Answer,
  events: string | undefined,
): Promise<string | undefined> {
  const isFramed = protocol === "converse" || protocol === "invoke";
  const seen = isStream
    ? textOfEvents(protocol, events ?? (isFramed ? "" : new TextDecoder().decode(bytes)))
    : textOfBody(protocol, bytes);
  let told = "";
  try {
    if (!isStream) {
      const { completion } = await router.route("hi");
      return brokenIn(completion) ?? lost(seen, completion.choices[0]?.message.content ?? "");
    }
    const stream = router.stream("hi");
    for await (const chunk of stream) {
      const broken = brokenChunk(chunk);
      if (broken !== undefined) return broken;
      told += chunk.choices[0]?.delta.content ?? "";
    }
    const { completion } = await stream.result;
    const content = completion.choices[0]?.message.content ?? "";
    if (content !== told) return "the result says something else than the chunks";
    return brokenIn(completion) ?? lost(seen, content);
  } catch (error) {
    if (!isRouterError(error)) return `no typed error: ${(error as Error).stack?.slice(0, 300)}`;
    const { partialText = "" } = (isRouterError(error, "all-models-failed") ? error.cause : error) as {
      partialText?: string;
    };
    if (isStream && told !== partialText) return "the error lacks text that was streamed";
    return lost(seen, partialText, String(error).slice(0, 150));
  }
}

/** Returns a finding unless all pieces were told, in their order. */
function lost(pieces: readonly string[], told: string, why = "answered"): string | undefined {
  let at = 0;
  for (const piece of pieces) {
    const found = told.indexOf(piece, at);
    if (found < 0) return `text is lost (${why})`;
    at = found + piece.length;
  }
  return undefined;
}
