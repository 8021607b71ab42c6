import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import type { ChatMessage } from "../../src/contracts/index.ts";
import { createRouter, type Model, type Router } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { bedrock } from "../../src/router/providers/bedrock.ts";
import { vllm } from "../../src/router/providers/engines/index.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import type { LoopbackServer } from "../support/serve-with.ts";
import { serveStrictAnthropic } from "../support/strict/anthropic.ts";
import { serveStrictConverse } from "../support/strict/converse.ts";
import { serveStrictGoogle } from "../support/strict/google.ts";
import { serveStrictOpenAi } from "../support/strict/openai.ts";
import type { Json } from "../support/strict/script.ts";

/**
 * Ids of the models, each with its own server; all ordered pairs are tested, also those within one
 * provider.
 */
const ids = [
  "gpt",
  "claude",
  "claudeOld",
  "claudeOnAws",
  "claudeOnAwsOld",
  "gemini",
  "geminiOld",
  "qwen",
  "kimi",
] as const;
type Id = (typeof ids)[number];

const servers: Partial<
  Record<"openai" | "anthropic" | "converse" | "google" | "compatible", LoopbackServer>
> = {};
let router: Router<Id>;

beforeAll(async () => {
  const [forOpenAi, forAnthropic, converse, forGoogle, compatible] = await Promise.all([
    serveStrictOpenAi({ style: "openai" }),
    serveStrictAnthropic(),
    serveStrictConverse(),
    serveStrictGoogle(),
    serveStrictOpenAi({ style: "reasoning" }),
  ]);
  Object.assign(servers, {
    openai: forOpenAi,
    anthropic: forAnthropic,
    converse,
    google: forGoogle,
    compatible,
  });
  const reasoning = { apiKey: "k", defaults: { reasoningEffort: "high" as const } };
  const models: Readonly<Record<Id, Model>> = {
    gpt: openai("gpt-5", { apiKey: "k", baseUrl: forOpenAi.url }),
    claude: anthropic("claude-opus-5", { ...reasoning, baseUrl: forAnthropic.url }),
    claudeOld: anthropic("claude-haiku-4-5", { ...reasoning, baseUrl: forAnthropic.url }),
    claudeOnAws: bedrock("us.anthropic.claude-opus-5", {
      ...reasoning,
      region: "us-east-1",
      baseUrl: converse.url,
    }),
    claudeOnAwsOld: bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", {
      ...reasoning,
      region: "us-east-1",
      baseUrl: converse.url,
    }),
    gemini: google("gemini-3-flash", { ...reasoning, baseUrl: forGoogle.url }),
    geminiOld: google("gemini-2.5-flash", { ...reasoning, baseUrl: forGoogle.url }),
    qwen: vllm("qwen3", { baseUrl: compatible.url }),
    kimi: vllm("kimi-k2", { baseUrl: compatible.url }),
  };
  router = createRouter({ models, policy: always("gpt"), execution: { retries: 0 } });
});

afterAll(async () => {
  for (const server of Object.values(servers)) await server.close();
});

const tools = [
  {
    type: "function" as const,
    function: { name: "look", parameters: { type: "object", properties: { at: { type: "string" } } } },
  },
];

/** Starts a conversation that is kept as JSON between its turns. */
function startConversation(session: string, streamed: boolean) {
  let messages: ChatMessage[] = [];
  const push = (message: unknown) => {
    messages = JSON.parse(JSON.stringify([...messages, message])) as ChatMessage[];
  };
  return {
    /** Returns the model's answer to a user's ask, or to results for each call of the turn before. */
    async turn(model: Id, text: string) {
      const last = messages.at(-1);
      const calls = last?.role === "assistant" ? (last.tool_calls ?? []) : [];
      if (calls.length === 0) push({ role: "user", content: text });
      for (const { id } of calls) push({ role: "tool", tool_call_id: id, content: text });
      const request = { messages, tools, model, session };
      const stream = streamed ? router.stream(request) : undefined;
      if (stream) for await (const _ of stream);
      const result = await (stream ? stream.result : router.route(request));
      push(result.completion.choices[0]?.message);
      return result;
    },
  };
}

const pairs = ids.flatMap((a) => ids.filter((b) => b !== a).map((b) => [a, b] as const));

describe.each([
  ["whole", false],
  ["streamed", true],
])("a conversation that changes its model, %s", (mode, streamed) => {
  it.each(pairs)("goes from %s to %s and back, within a tool loop and after it", async (a, b) => {
    const conversation = startConversation(`${mode} ${a} ${b}`, streamed);
    const calls = async (model: Id, text: string) => {
      const { completion, attempts } = await conversation.turn(model, text);
      expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
      expect(attempts).toHaveLength(1);
    };
    await calls(a, "look");
    await calls(b, "more");
    await calls(a, "more");
    await calls(b, "more");
    const closing = await conversation.turn(a, "enough");
    expect(closing.text).toMatch(/^done by /);
    expect(closing.decision.session).toMatchObject({ model: b, turns: 4, toolLoopPending: true });
    await calls(b, "look");
    const last = await conversation.turn(a, "enough");
    expect(last.text).toBe(closing.text);
    expect((await conversation.turn(b, "thanks")).text).toMatch(/^done by /);
  });
});

describe("a model's own content", () => {
  it.each([
    [
      "claude",
      "anthropic",
      (body: Json) =>
        body.messages.flatMap(({ content }: Json) => content).map((block: Json) => block.signature),
    ],
    [
      "claudeOnAws",
      "converse",
      (body: Json) =>
        body.messages
          .flatMap(({ content }: Json) => content)
          .map((block: Json) => block.reasoningContent?.reasoningText.signature),
    ],
    [
      "gemini",
      "google",
      (body: Json) =>
        body.contents.flatMap(({ parts }: Json) => parts).map((part: Json) => part.thoughtSignature),
    ],
    ["qwen", "compatible", (body: Json) => body.messages.map((message: Json) => message.reasoning_content)],
  ] as const)(
    "%s gets its own reasoning back when the conversation returns",
    async (id, name, signaturesIn) => {
      const conversation = startConversation(`own ${id}`, false);
      await conversation.turn(id, "look");
      await conversation.turn("gpt", "more");
      await conversation.turn(id, "more");
      const own = signaturesIn(servers[name]?.requests.at(-1)?.body).filter((signature: unknown) =>
        String(signature).includes("/"),
      );
      expect(own).toHaveLength(1);
    },
  );
});

describe("content that an API cannot take", () => {
  const decide = (part: unknown) =>
    router.decide({ messages: [{ role: "user", content: [part] }] } as Parameters<typeof router.decide>[0]);
  const refusals = async (part: unknown) => {
    const { candidates } = await decide(part);
    return candidates.flatMap(({ model, permitted }) =>
      permitted === true ? [] : [`${model}: ${permitted}`],
    );
  };

  it("is refused by a constraint before anything is sent", async () => {
    const file = (given: object) => ({ type: "file", file: given });
    expect(await refusals(file({ file_id: "file-1" }))).toEqual(
      ["claude", "claudeOld", "claudeOnAws", "claudeOnAwsOld", "gemini", "geminiOld"].map(
        (id) => `${id}: capabilities: cannot read file-id`,
      ),
    );
    // The other models' APIs are known to take it.
    expect(await refusals(file({ file_data: "data:application/pdf;base64,JVBERi0=" }))).toEqual(
      ["qwen", "kimi"].map((id) =>
        expect.stringContaining(`${id}: capabilities: it is not known which files it reads`),
      ),
    );
    const heic = { type: "image_url", image_url: { url: "data:image/heic;base64,AAAA" } };
    expect(await decide(heic).catch((error: unknown) => error)).toMatchObject({ code: "policy" });
  });
});
