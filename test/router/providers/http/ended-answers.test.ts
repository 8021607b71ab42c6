import type { ServerResponse } from "node:http";
import { afterAll, describe, expect, it } from "vitest";
import type { Model } from "../../../../src/contracts/index.ts";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import {
  chunksOf,
  longRequest,
  remoteModels,
  shortRequest,
  textOf,
  within,
} from "../../../support/remote-models.ts";

function modelOf(provider: string, url: string): Model {
  const modelAt = remoteModels[provider];
  if (modelAt === undefined) throw new Error(`no provider ${provider}`);
  return modelAt(url);
}

const servers: PlainServer[] = [];
afterAll(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Ways in which a connection goes wrong once the answer is complete. */
const endings: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "stays open": () => {},
  "is reset": (response) => setTimeout(() => response.destroy(), 20),
  "goes on with comments": (response) => {
    const timer = setInterval(() => response.write(": still here\n\n"), 20);
    response.once("close", () => clearInterval(timer));
  },
  "goes on with garbage": (response) => {
    const timer = setInterval(() => response.write("data: {nonsense\n\n"), 20);
    response.once("close", () => clearInterval(timer));
  },
};

async function serve(body: string, type: string, end: (response: ServerResponse) => void) {
  const counts = { open: 0 };
  const server = await servePlain((response) => {
    counts.open += 1;
    response.once("close", () => {
      counts.open -= 1;
    });
    response.writeHead(200, { "content-type": type });
    response.write(body, () => end(response));
  });
  servers.push(server);
  return { url: server.url, counts };
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const named = (event: { type: string }) => `event: ${event.type}\n${data(event)}`;

const openaiChunk = (delta: object, finish_reason: string | null = null) =>
  data({
    id: "a",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason }],
  });
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const openaiUsage = data({
  id: "a",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [],
  usage,
});
const openaiText = openaiChunk({ role: "assistant", content: "whole" });
const openaiEnd = openaiText + openaiChunk({}, "stop");

const anthropicText =
  named({
    type: "message_start",
    message: {
      id: "a",
      model: "m",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  } as { type: string }) +
  named({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as {
    type: string;
  }) +
  named({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "whole" } } as {
    type: string;
  }) +
  named({ type: "content_block_stop", index: 0 } as { type: string });
const anthropicEnd =
  anthropicText +
  named({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } } as {
    type: string;
  });

const googleEnd = data({
  candidates: [{ content: { role: "model", parts: [{ text: "whole" }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
});

/** Bodies of streams up to their end, for the providers that speak their format. */
const streams: readonly (readonly [string, readonly string[], string, boolean])[] = [
  ["a finish reason", ["openai", "openai-compatible", "azure"], openaiEnd, false],
  ["a finish reason and usage", ["openai", "openai-compatible", "azure"], openaiEnd + openaiUsage, true],
  ["[DONE]", ["openai", "openai-compatible", "azure"], `${openaiEnd}${openaiUsage}data: [DONE]\n\n`, true],
  ["a stop reason", ["anthropic"], anthropicEnd, true],
  ["message_stop", ["anthropic"], anthropicEnd + named({ type: "message_stop" }), true],
  ["a finish reason", ["google", "google-archived"], googleEnd, true],
];
const streamCases = streams.flatMap(([what, providers, body, hasUsage]) =>
  providers.map((provider) => ({ provider, what, body, hasUsage })),
);

/** All at once: most take a second. */
const together = <T>(cases: readonly T[], check: (one: T) => Promise<void>) => Promise.all(cases.map(check));

// At the same time: nearly all of them wait for a second.
describe.concurrent("a stream", () => {
  it.each(Object.entries(endings))(
    "is complete after its end, although the connection %s",
    async (_, end) => {
      await together(streamCases, async ({ provider, what, body, hasUsage }) => {
        const { url, counts } = await serve(body, "text/event-stream", end);
        const chunks = await chunksOf(modelOf(provider, url).stream(shortRequest, within(20_000)));
        const about = `${provider}, ${what}`;
        expect(textOf(chunks), about).toBe("whole");
        expect(
          chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
          about,
        ).toEqual(["stop"]);
        const used = chunks.flatMap((chunk) => chunk.usage ?? []);
        expect(used.length > 0, about).toBe(hasUsage);
        if (hasUsage) expect(used.at(-1), about).toMatchObject(usage);
        await expect.poll(() => counts.open, { timeout: 10_000 }).toBe(0);
      });
      const { url } = await serve(anthropicEnd, "text/event-stream", end);
      const { choices } = await modelOf("anthropic", url).generate(longRequest, within(20_000));
      expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "whole" } });
    },
  );

  it.each([
    ["openai", openaiText],
    ["openai", `${openaiChunk({ role: "assistant", content: "" })}data: [DONE]\n\n`],
    ["anthropic", anthropicText],
    ["google", data({ candidates: [{ content: { parts: [{ text: "whole" }] } }] })],
    ["google-archived", data({ candidates: [{ content: { parts: [{ text: "whole" }] } }] })],
  ])("of %s without a finish reason is incomplete when its connection is reset", async (provider, body) => {
    const { url } = await serve(body, "text/event-stream", (response) =>
      setTimeout(() => response.destroy(), 20),
    );
    const stream = modelOf(provider, url).stream(shortRequest, within(20_000));
    await expect(chunksOf(stream)).rejects.toMatchObject({ kind: "incomplete" });
  });

  // The form of Snowflake's streams, recorded in July 2026.
  it("is complete with [DONE], without a finish reason, if something was said", async () => {
    for (const provider of ["openai", "openai-compatible"]) {
      const calls = openaiChunk({
        tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{}" } }],
      });
      for (const [body, reason] of [
        [openaiText, "stop"],
        [openaiText + calls, "tool_calls"],
      ]) {
        const { url } = await serve(`${body}${openaiUsage}data: [DONE]\n\n`, "text/event-stream", () => {});
        const chunks = await chunksOf(modelOf(provider, url).stream(shortRequest, within(20_000)));
        expect(textOf(chunks)).toBe("whole");
        expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(reason);
        expect(chunks.some((chunk) => chunk.usage != null)).toBe(true);
      }
    }
  });

  it("waits for usage that comes a little later", async () => {
    const { url } = await serve(openaiEnd, "text/event-stream", (response) =>
      setTimeout(() => response.write(openaiUsage), 300),
    );
    const chunks = await chunksOf(modelOf("openai", url).stream(shortRequest, within(20_000)));
    expect(chunks.at(-1)).toMatchObject({ usage });
  });

  it("goes on after a finish reason that is not its last", async () => {
    const early = openaiChunk({ content: "the " }, "stop");
    const { url } = await serve(early, "text/event-stream", (response) =>
      setTimeout(() => response.end(openaiEnd), 300),
    );
    const chunks = await chunksOf(modelOf("openai", url).stream(shortRequest, within(20_000)));
    expect(textOf(chunks)).toBe("the whole");
  });
});

const answers: Readonly<Record<string, object>> = {
  openai: {
    id: "a",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
    usage,
  },
  anthropic: {
    id: "a",
    model: "m",
    content: [{ type: "text", text: "whole" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 2 },
  },
  google: JSON.parse(googleEnd.slice(6)),
  "google-archived": JSON.parse(googleEnd.slice(6)),
};

describe.concurrent("an answer that is not streamed", () => {
  it.each(["stays open", "is reset"])(
    "is complete with its JSON, although the connection %s",
    async (how) => {
      await together(Object.entries(answers), async ([provider, answer]) => {
        const { url, counts } = await serve(
          JSON.stringify(answer),
          "application/json",
          endings[how] ?? (() => {}),
        );
        const completion = await modelOf(provider, url).generate(shortRequest, within(20_000));
        const whole = { finish_reason: "stop", message: { content: "whole" } };
        expect(completion.choices[0], provider).toMatchObject(whole);
        expect(completion.usage, provider).toMatchObject(usage);
        await expect.poll(() => counts.open, { timeout: 10_000 }).toBe(0);
      });
    },
  );

  it("is not complete at a brace within it", async () => {
    await together(Object.entries(answers), async ([provider, answer]) => {
      const text = JSON.stringify(answer);
      const brace = text.indexOf("}") + 1;
      const { url } = await serve(text.slice(0, brace), "application/json", (response) =>
        setTimeout(() => response.end(text.slice(brace)), 1_300),
      );
      const completion = await modelOf(provider, url).generate(shortRequest, within(20_000));
      expect(completion.usage, provider).toMatchObject(usage);
    });
  });
});
