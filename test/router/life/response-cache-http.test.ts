import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { type CompletionChunk, createRouter, type RouteStream } from "../../../src/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

/** Text of a request that decides how the endpoint answers it. */
type Body = { readonly stream?: boolean; readonly messages: readonly { readonly content: string }[] };

const head = { id: "c1", created: 1_790_000_000, model: "served" };
const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

/** Serves OpenAI's wire. Each answer has a number, so that one from the cache is known by it. */
async function serve() {
  let calls = 0;
  const chunk = (response: ServerResponse, delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  const server = createServer(async (incoming, response) => {
    calls += 1;
    const answer = `answer ${calls}`;
    let text = "";
    for await (const piece of incoming) text += piece;
    const { stream, messages } = JSON.parse(text) as Body;
    const how = messages.at(-1)?.content ?? "";
    if (stream !== true) {
      response.setHeader("content-type", "application/json");
      const message = { role: "assistant", content: answer };
      const choice = { index: 0, message, finish_reason: how === "cut" ? "length" : "stop" };
      response.end(JSON.stringify({ ...head, object: "chat.completion", choices: [choice], usage }));
      return;
    }
    response.setHeader("content-type", "text/event-stream");
    chunk(response, { role: "assistant", content: "" });
    for (const piece of answer.split(/(?<= )/)) chunk(response, { content: piece });
    if (how === "stall") return;
    if (how === "broken") return void response.destroy();
    chunk(response, {}, how === "cut" ? "length" : "stop");
    response.write(
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage })}\n\n`,
    );
    response.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, calls: () => calls };
}

async function read(stream: RouteStream) {
  const chunks: CompletionChunk[] = [];
  for await (const one of stream) chunks.push(one);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  return { text, chunks, result: await stream.result };
}

for (const [name, way] of Object.entries(waysToSend)) {
  describe(`answers from the cache over real HTTP, ${name}`, () => {
    const start = async () => {
      const server = await serve();
      const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 1_000 };
      const small = openaiCompatible("served", { ...way, baseUrl: server.url, apiKey: "k", price });
      const router = createRouter({
        models: { small },
        policy: always("small"),
        cache: {},
        execution: { retries: 0 },
      });
      return { router, server };
    };
    const ask = (content: string) => ({ messages: [{ role: "user" as const, content }], temperature: 0 });

    it("cost nothing and are those of an equal request of the same tenant", async () => {
      const { router, server } = await start();
      const first = await router.route({ ...ask("a"), tenant: "a" });
      const second = await router.route({ ...ask("a"), tenant: "a" });
      const other = await router.route({ ...ask("a"), tenant: "b" });
      expect([first.text, second.text, other.text]).toEqual(["answer 1", "answer 1", "answer 2"]);
      expect(second.completion).toEqual(JSON.parse(JSON.stringify(first.completion)));
      expect(second.attempts).toMatchObject([
        {
          hop: "cache",
          costUsd: 0,
          servedModel: "served",
          cached: { savedCostUsd: first.costUsd, savedUsage: { inputTokens: 7 } },
        },
      ]);
      expect(first.costUsd).toBeCloseTo(0.01, 12);
      expect(server.calls()).toBe(2);
    });

    it("are replayed as streams", async () => {
      const { router, server } = await start();
      const live = await read(router.stream(ask("a")));
      const replayed = await read(router.stream(ask("a")));
      expect([live.text, replayed.text, server.calls()]).toEqual(["answer 1", "answer 1", 1]);
      expect(replayed.chunks.at(-1)?.usage).toEqual(live.chunks.at(-1)?.usage);
      expect(
        replayed.chunks.find(({ choices }) => choices[0]?.finish_reason)?.choices[0]?.finish_reason,
      ).toBe("stop");
      expect(replayed.result.attempts).toMatchObject([{ hop: "cache" }]);
    });

    it("are never those of a stream that was left, aborted, broken or cut", async () => {
      const { router, server } = await start();
      for (let turn = 0; turn < 2; turn += 1) {
        for await (const _ of router.stream(ask("left"))) break;
        const controller = new AbortController();
        const aborted = async () => {
          for await (const _ of router.stream(ask("stall"), { signal: controller.signal }))
            controller.abort(new Error("stop"));
        };
        await expect(aborted()).rejects.toThrow("stop");
        await expect(read(router.stream(ask("broken")))).rejects.toThrow(/model/);
        expect((await read(router.stream(ask("cut")))).result.attempts).toMatchObject([
          { finishReason: "length" },
        ]);
        expect((await router.route(ask("cut"))).attempts).toMatchObject([{ hop: "answer" }]);
      }
      expect(server.calls()).toBe(10);
    });
  });
}
