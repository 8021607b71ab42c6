import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { notRefused } from "../../policies/checks/index.ts";
import { cascade } from "../../policies/index.ts";
import { createRouter, type Router } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { serve } from "../../src/serve/http/server/index.ts";
import { allSinks } from "../support/all-sinks.ts";
import { runs } from "../support/runs.ts";
import { type SeenRequest, serveWith } from "../support/serve-with.ts";

/**
 * Words of prompts, tool results, answers, and keys. A provider that fails says them back in its error. They
 * are found in no log, metric, span, page, error, event or on the console.
 */
const secrets = { prompt: "PROMPTCANARY", tool: "TOOLCANARY", key: "KEYCANARY", answer: "ANSWERCANARY" };

/** A way in which a provider answers, with what it was sent. */
interface Echo {
  readonly status: number;
  readonly body: "error" | "text" | "html" | "cut" | "answer" | "stream" | "nested";
  readonly header: boolean;
  /** True if it says what it was sent in every other field of the answer too: model, id, end, names of calls. */
  readonly lies: boolean;
}

const echoes: fc.Arbitrary<Echo> = fc.record({
  status: fc.constantFrom(200, 200, 200, 400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529),
  body: fc.constantFrom("error", "text", "html", "cut", "answer", "stream", "nested"),
  header: fc.boolean(),
  lies: fc.boolean(),
});

function echoed({ text, headers }: SeenRequest, { status, body, header, lies }: Echo) {
  const all = `${headers.authorization} ${headers["x-api-key"]} ${text}`;
  const word = (usual: string) => (lies ? `${secrets.prompt} ${secrets.key} ${secrets.tool}` : usual);
  const error = { type: word("error"), message: all, code: word("bad"), param: all };
  const usage = {
    prompt_tokens: 1,
    completion_tokens: 1,
    total_tokens: 2,
    input_tokens: 1,
    output_tokens: 1,
  };
  const chat = {
    id: word("1"),
    object: "chat.completion",
    created: 0,
    model: word("served"),
    choices: [
      {
        index: 0,
        finish_reason: word("stop"),
        message: { role: "assistant", content: `${secrets.answer} ${all}` },
      },
    ],
    type: "message",
    role: "assistant",
    content: [{ type: "text", text: `${secrets.answer} ${all}` }],
    stop_reason: word("end_turn"),
    usage,
  };
  const bodies: Record<Echo["body"], string> = {
    error: JSON.stringify({ error }),
    nested: JSON.stringify({
      error: { ...error, message: JSON.stringify({ error: { message: all, input: text } }) },
    }),
    text: all,
    html: `<html><body><h1>502</h1><pre>${all}</pre></body></html>`,
    cut: JSON.stringify(chat).slice(0, -20),
    answer: JSON.stringify(chat),
    stream: `data: ${JSON.stringify({ ...chat, object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: all } }] })}\n\ndata: ${JSON.stringify({ error })}\n\n`,
  };
  const echoHeaders: Record<string, string> = header
    ? {
        "x-request-id": all.replace(/[^\x20-\x7e]/g, "").slice(0, 4_000),
        "www-authenticate": `Bearer ${headers.authorization}`,
      }
    : {};
  const type = body === "stream" ? "text/event-stream" : body === "html" ? "text/html" : "application/json";
  return { status, headers: { "content-type": type, ...echoHeaders }, text: bodies[body] };
}

/** Everything that is written to the console, and warnings of the process. */
function watchConsole(): () => string {
  const said: string[] = [];
  const spies = (["log", "info", "warn", "error", "debug", "trace"] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...parts) => void said.push(inspect(parts, { depth: 20 }))),
  );
  const onWarning = (warning: Error) => void said.push(inspect(warning, { depth: 20, showHidden: true }));
  process.on("warning", onWarning);
  return () => {
    for (const spy of spies) spy.mockRestore();
    process.off("warning", onWarning);
    return said.join("\n");
  };
}

afterEach(() => vi.restoreAllMocks());

const found = (text: string): string[] =>
  Object.values(secrets).filter((one) => text.toLowerCase().includes(one.toLowerCase()));

describe("what is private", () => {
  it("is in no log, metric, span, page, event or error, however providers fail", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(echoes, { minLength: 1, maxLength: 6 }),
        fc.string({ unit: "grapheme", maxLength: 30 }),
        fc.string({ unit: "grapheme", maxLength: 30 }),
        async (script, before, after) => {
          let calls = 0;
          const provider = await serveWith((response, request) => {
            const { status, headers, text } = echoed(request, script[calls % script.length] as Echo);
            calls += 1;
            response.writeHead(status, headers).end(text);
          });
          const options = { baseUrl: `${provider.url}/v1`, apiKey: `sk-${secrets.key}-1` };
          const router = createRouter({
            models: {
              small: openaiCompatible("small", options),
              claude: anthropic("claude", { baseUrl: provider.url, apiKey: `sk-${secrets.key}-2` }),
            },
            policy: cascade({ first: "small", then: "claude", unless: notRefused() }),
            execution: { backoffBaseMs: 0, retries: 1 },
          }) as unknown as Router;
          const said = watchConsole();
          const sinks = await allSinks(router);
          const server = await serve(router, {
            drainMs: 10,
            port: 0,
            metrics: { ...sinks.metrics, open: true },
            authorise: () => ({}),
          });
          const content = `${before} ${secrets.prompt} ${after}`;
          const messages = [
            { role: "user", content },
            {
              role: "assistant",
              content: null,
              tool_calls: [
                {
                  id: "c",
                  type: "function",
                  function: { name: "look", arguments: JSON.stringify({ q: secrets.tool }) },
                },
              ],
            },
            { role: "tool", tool_call_id: "c", content: `${secrets.tool} ${after}` },
            { role: "user", content },
          ];
          const failures: string[] = [];
          const post = async (path: string, body: object) => {
            const response = await fetch(server.url + path, {
              method: "POST",
              headers: { "content-type": "application/json", "x-api-key": `client-${secrets.key}` },
              body: JSON.stringify(body),
            });
            const text = await response.text();
            const head = JSON.stringify([...response.headers]);
            // Answers hold what models say; errors and headers do not.
            failures.push(response.ok ? head : `${path.slice(0, 12)} ${head} ${text}`);
          };
          await post("/v1/chat/completions", { model: "auto", messages });
          await post("/v1/chat/completions", { model: "auto", messages, stream: true });
          await post("/v1/chat/completions", {
            model: secrets.prompt,
            messages: [{ role: secrets.prompt, content }],
          });
          await post("/v1/responses", { model: "auto", input: content });
          await post(`/v1beta/models/auto:generateContent?key=client-${secrets.key}`, {
            contents: [{ role: secrets.prompt, parts: [{ text: content }] }],
          });
          await post(`/v1beta/models/${secrets.key}:countTokens?key=client-${secrets.key}`, {
            contents: [{ parts: [{ functionResponse: { name: secrets.tool } }] }],
          });
          await post("/v1/messages", {
            model: "auto",
            max_tokens: 10,
            messages: [{ role: "user", content }],
            tools: secrets.tool,
          });
          const noteError = (error: unknown) => {
            const { message, stack } = error as Error;
            failures.push(message, String(stack), JSON.stringify(error), inspect(error, { depth: 20 }));
            console.error(error);
          };
          await router.route({ messages } as never).catch(noteError);
          try {
            for await (const _ of router.stream({ messages } as never));
          } catch (error) {
            noteError(error);
          }
          const page = await (await fetch(`${server.url}/metrics`)).text();
          await server.close();
          const texts = new Map([
            ...(await sinks.read()),
            ["page", page],
            ["failures", failures.join("\n")],
            ["console", said()],
          ]);
          await provider.close();
          const leaks = [...texts].flatMap(([sink, text]) => {
            // `console.error` shows what a server said, without what it was sent.
            const isServers = sink === "failures" || sink === "console";
            const words = found(text).filter((word) => !(isServers && word === secrets.answer));
            const at =
              words.length === 0 ? -1 : text.toLowerCase().indexOf((words[0] as string).toLowerCase());
            return words.length === 0
              ? []
              : [`${sink}: ${words.join(", ")}: …${text.slice(Math.max(0, at - 200), at + 60)}`];
          });
          expect(leaks).toEqual([]);
        },
      ),
      { numRuns: runs(6, 300) },
    );
  });
});
