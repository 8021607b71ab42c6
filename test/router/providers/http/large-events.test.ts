import { afterEach, describe, expect, it } from "vitest";
import { type PlainServer, servePlain } from "../../../support/google-server.ts";
import {
  chunksOf,
  embedOnce,
  remoteModels,
  shortRequest,
  textOf,
  waysToCall,
  within,
} from "../../../support/remote-models.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(body: string, headers: Record<string, string | string[]> = {}): Promise<string> {
  const server = await servePlain((response) =>
    response.writeHead(200, { "content-type": "text/event-stream", ...headers }).end(body),
  );
  servers.push(server);
  return server.url;
}

/** A stream of each format whose only content is this text. */
const formats: Readonly<Record<string, (text: string) => string>> = {
  openai: (content) =>
    `data: ${JSON.stringify({ id: "a", created: 1, model: "m", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`,
  anthropic: (text) =>
    [
      { type: "message_start", message: { id: "a", model: "m", content: [], stop_reason: null, usage: {} } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
      { type: "message_stop" },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(""),
  google: (text) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP" }] })}\n\n`,
};

const formatsOfProviders = [
  ...Object.entries(formats),
  ["google-archived", formats["google"] as NonNullable<(typeof formats)[string]>] as const,
];

describe.each(formatsOfProviders)("a stream of %s", (provider, format) => {
  const read = async (url: string) => {
    const model = remoteModels[provider]?.(url);
    return textOf(await chunksOf(model?.stream(shortRequest, within(60_000)) ?? ([] as never)));
  };

  it("with an event of 17 MB is refused", async () => {
    const url = await serve(format("x".repeat(17_000_000)));
    await expect(read(url)).rejects.toMatchObject({
      code: "provider",
      kind: "incomplete",
      retryable: false,
      message: expect.stringContaining("an event of the stream has more than"),
    });
  });

  it("with an event of 2 MB is read", async () => {
    const text = "x".repeat(2_000_000);
    expect(await read(await serve(format(text)))).toHaveLength(text.length);
  });

  it("with a line that never ends is refused", async () => {
    const server = await servePlain((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const piece = "x".repeat(1_000_000);
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", more).write("data: ");
      more();
    });
    servers.push(server);
    await expect(read(server.url)).rejects.toMatchObject({ kind: "incomplete", retryable: false });
  });
});

describe("headers without end", () => {
  it("are a typed error in every call", async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`x-header-${at}`, "value"]));
    const url = await serve("{}", many);
    const calls = [
      ...Object.values(remoteModels).flatMap((modelAt) =>
        Object.values(waysToCall).map((call) => () => call(modelAt(url), 20_000)),
      ),
      () => embedOnce(url, 20_000),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: "provider", kind: "connection" });
  });
});

describe("a JSON answer without end", () => {
  it("is refused in every call, with its connection closed", async () => {
    let open = 0;
    let sent = 0;
    const server = await servePlain((response) => {
      open += 1;
      response.once("close", () => {
        open -= 1;
      });
      response.writeHead(200, { "content-type": "application/json" });
      const piece = `${"x".repeat(1_000_000)}`;
      const more = () => {
        while (!response.destroyed) {
          sent += piece.length;
          if (!response.write(piece)) return;
        }
      };
      response.on("drain", more).write('{"data": ["');
      more();
    });
    servers.push(server);
    const calls = [
      () => embedOnce(server.url, 60_000),
      () => remoteModels["google"]?.(server.url).generate(shortRequest, within(60_000)),
      () => remoteModels["google"]?.(server.url).health?.(within(60_000)),
      () => remoteModels["google-archived"]?.(server.url).generate(shortRequest, within(60_000)),
      () => remoteModels["anthropic"]?.(server.url).health?.(within(60_000)),
    ];
    for (const call of calls) {
      sent = 0;
      await Promise.resolve(call()).catch((error: unknown) =>
        expect(error).toMatchObject({ code: "provider", kind: "incomplete" }),
      );
      expect(sent).toBeLessThan(100_000_000);
    }
    await expect.poll(() => open, { timeout: 10_000 }).toBe(0);
  });
});
