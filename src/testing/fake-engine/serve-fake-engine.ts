import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FakeChat, readChat } from "./chat-prompt.ts";
import { EngineCore, type EngineRefusal, type EngineTicket } from "./engine-core.ts";
import { type EngineProfile, smallProfile } from "./engine-profile.ts";
import { type MetricsDialect, metricsText } from "./metrics-text.ts";

export interface FakeEngineOptions {
  /** Name of the model that it serves. Default `fake-model`. */
  readonly model?: string | undefined;
  /** Names of LoRA adapters that it lists and serves. */
  readonly loras?: readonly string[] | undefined;
  readonly profile?: EngineProfile | undefined;
  /** Milliseconds of the engine for each real one. Default 1. */
  readonly speed?: number | undefined;
  /** Tokens of an answer to a request that asks for no fewer. Default 20. */
  readonly answerTokens?: number | undefined;
  readonly metrics?: MetricsDialect | undefined;
}

export interface FakeEngine {
  /** `http://127.0.0.1:port/v1`. */
  readonly url: string;
  /** The engine itself: what runs, waits and was counted; `slowDown`, `restart`, `sleep`, `wakeUp`. */
  readonly core: EngineCore;
  /** Chat completions that have arrived. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  /** Time of the engine, for the methods of `core`. */
  now(): number;
  close(): Promise<void>;
}

interface Open {
  readonly ticket: EngineTicket;
  /** Sends the tokens that there are by now. */
  send(): void;
}

/** Largest body of a request, in bytes. */
const largestBody = 16 * 2 ** 20;

/**
 * Serves a simulated engine on a free port of the loopback interface, in the manner of vLLM: chat completions, streaming
 * or not, `/v1/models`, `/health`, `/metrics`, `/is_sleeping`, `/sleep`, `/wake_up`; too long a prompt, a full queue and
 * an unknown model are refused in vLLM's words. An answer is "tok " for each token.
 */
export async function serveFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const { createServer } = await import("node:http");
  const { model = "fake-model", loras = [], speed = 1, answerTokens = 20, metrics = "vllm" } = options;
  const core = new EngineCore(options.profile ?? smallProfile);
  const requests: Readonly<Record<string, unknown>>[] = [];
  const open = new Set<Open>();
  const startedAt = performance.now();
  const now = (): number => (performance.now() - startedAt) * speed;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tick = (): void => {
    clearTimeout(timer);
    core.advanceTo(now());
    for (const one of open) one.send();
    if (open.size === 0) return;
    const wait = Math.min(core.profile.stepMs, core.nextEventMs() - now()) / speed;
    timer = setTimeout(tick, Math.max(1, wait));
  };

  const chat = (body: Readonly<Record<string, unknown>>, response: ServerResponse): void => {
    requests.push(body);
    const served = String(body["model"]);
    if (served !== model && !loras.includes(served)) {
      fail(response, 404, "NotFoundError", `The model \`${served}\` does not exist.`);
      return;
    }
    const read = readChat(body, `answer ${requests.length}`, answerTokens);
    const writer = read.isStream ? streamOf(response, served, read) : wholeOf(response, served, read);
    const ticket = core.submit(
      {
        ...read.request,
        onEvent: ({ type }) => {
          if (type === "dropped") response.destroy();
          if (type === "finished") writer.end(ticket as EngineTicket);
          if (type !== "first-token") open.delete(one);
        },
      },
      now(),
    );
    if (typeof ticket === "string") {
      refuse(response, ticket, core, read);
      return;
    }
    const one: Open = { ticket, send: () => writer.send(core.tokensOf(ticket)) };
    open.add(one);
    response.once("close", () => {
      open.delete(one);
      core.abort(ticket, now());
    });
    tick();
  };

  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (incoming.url ?? "").split("?")[0];
    core.advanceTo(now());
    if (path === "/v1/chat/completions") return chat(await bodyOf(incoming), response);
    if (path === "/health") return void response.writeHead(200).end();
    if (path === "/version") return json(response, { version: "0.32.0" });
    if (path === "/is_sleeping") return json(response, { is_sleeping: core.asleep });
    if (path === "/sleep" || path === "/wake_up") {
      if (path === "/sleep") core.sleep(now());
      else core.wakeUp();
      return void response.writeHead(200).end();
    }
    if (path === "/metrics")
      return void response
        .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
        .end(metricsText(core, model, metrics));
    if (path !== "/v1/models") return fail(response, 404, "NotFoundError", "Not Found");
    const { kvTokens, maxModelLen = kvTokens } = core.profile;
    const card = { object: "model", created: 1_790_000_000, owned_by: "vllm" };
    const base = { id: model, ...card, root: model, parent: null, max_model_len: maxModelLen };
    const adapters = loras.map((id) => ({ id, ...card, root: id, parent: model, max_model_len: null }));
    json(response, { object: "list", data: [base, ...adapters] });
  };
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    core,
    requests,
    now,
    close: () =>
      new Promise((resolve) => {
        clearTimeout(timer);
        open.clear();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Writer {
  send(tokens: number): void;
  end(ticket: EngineTicket): void;
}

const token = "tok ";
const head = (model: string) => ({ id: "chatcmpl-fake", created: 1_790_000_000, model });

function usageOf({ promptTokens, cachedTokens }: EngineTicket, { request }: FakeChat): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: request.answer.tokens,
    total_tokens: promptTokens + request.answer.tokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

function wholeOf(response: ServerResponse, model: string, chat: FakeChat): Writer {
  return {
    send: () => {},
    end: (ticket) =>
      json(response, {
        ...head(model),
        object: "chat.completion",
        choices: [
          {
            index: 0,
            finish_reason: "stop",
            message: { role: "assistant", content: token.repeat(chat.request.answer.tokens) },
          },
        ],
        usage: usageOf(ticket, chat),
      }),
  };
}

function streamOf(response: ServerResponse, model: string, chat: FakeChat): Writer {
  let sent = 0;
  const event = (choices: readonly object[], usage?: object): void => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = { ...head(model), object: "chat.completion.chunk", choices, ...(usage && { usage }) };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const send = (tokens: number): void => {
    if (tokens <= sent || response.writableEnded) return;
    const role = sent === 0 ? { role: "assistant" } : {};
    event([{ index: 0, delta: { ...role, content: token.repeat(tokens - sent) }, finish_reason: null }]);
    sent = tokens;
  };
  return {
    send,
    end: (ticket) => {
      send(chat.request.answer.tokens);
      event([{ index: 0, delta: {}, finish_reason: "stop" }]);
      if (chat.withUsage) event([], usageOf(ticket, chat));
      response.end("data: [DONE]\n\n");
    },
  };
}

/** Refuses in vLLM's words. */
function refuse(response: ServerResponse, why: EngineRefusal, { profile }: EngineCore, chat: FakeChat): void {
  if (why !== "overflow") {
    const message =
      why === "asleep" ? "The engine is sleeping." : "The request queue is full. Try again later.";
    fail(response, 503, "ServiceUnavailableError", message);
    return;
  }
  const prompt = chat.request.prompt.reduce((sum, { tokens }) => sum + tokens, 0);
  const limit = profile.maxModelLen ?? profile.kvTokens;
  const message = `This model's maximum context length is ${limit} tokens. However, your request has ${prompt} input tokens plus ${chat.request.answer.tokens} 'max_tokens'.`;
  fail(response, 400, "BadRequestError", message);
}

function fail(response: ServerResponse, code: number, type: string, message: string): void {
  json(response, { error: { message, type, param: null, code } }, code);
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const piece of incoming.setEncoding("utf8")) {
    text += piece;
    if (text.length > largestBody) throw new Error("too large");
  }
  return JSON.parse(text);
}
