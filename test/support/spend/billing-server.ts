import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { RecordedRequest, ScenarioAnswer, ScenarioWire } from "../../../src/testing/index.ts";
import { scenarioAnswer } from "../scenario-answer.ts";

/** How an answer that was written and billed looks to the client. */
export const losses = [
  "reset before headers",
  "closed before headers",
  "page 502",
  "page 503",
  "page 504",
  "page 524",
  "page 403",
  "text 502",
  "JSON 504 of a gateway",
  "empty 429",
  "error with status 200",
  "page with status 200",
  "reset after headers",
  "cut in the body",
] as const;

/** Refusals in the provider's own form, which bill nothing. */
export const refusals = {
  400: "invalid-request",
  401: "authentication",
  403: "permission",
  404: "not-found",
  413: "too-large",
  429: "rate-limit",
  500: "server",
  503: "overloaded",
} as const;

export type Loss = (typeof losses)[number];
export type RefusalStatus = keyof typeof refusals;
export type Fate = "answered" | Loss | RefusalStatus;

export interface BillingServer {
  readonly url: string;
  /** The provider's own books, in whole nano-dollars and tokens: written before anything is answered. */
  readonly books: {
    billedNano: number;
    billedTokens: number;
    billed: number;
    lost: number;
    refused: number;
  };
  close(): Promise<void>;
}

export interface BillingOptions {
  readonly wire: ScenarioWire;
  readonly usdPerMillionInputTokens: number;
  readonly usdPerMillionOutputTokens: number;
  /** Fate of a call, by its number from 0. */
  fate(call: number): Fate;
  /** Output tokens that a call is billed for which has no limit. */
  readonly unlimited: number;
  /** Input tokens that are billed for a body. */
  inputTokens(body: string): number;
  /** The answer's text, or what makes it from a body. Default `ok`. */
  readonly text?: string | ((body: string) => string);
  /** Called with each body that is billed, and what it costs. */
  readonly onBilled?: (body: string, usd: number) => void;
}

const limit =
  /"(?:max_tokens|max_completion_tokens|max_output_tokens|maxTokens|maxOutputTokens)":\s*(?<limit>\d+)/;
const page = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>cloud edge</body></html>";

/**
 * Starts a provider on a loopback port that writes down what it bills before it answers: each call to its output limit. What
 * the client sees of the answer, `fate` says.
 */
export async function serveBilled(options: BillingOptions): Promise<BillingServer> {
  const { wire } = options;
  const books = { billedNano: 0, billedTokens: 0, billed: 0, lost: 0, refused: 0 };
  const sockets = new Set<Socket>();
  let calls = 0;
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const part of incoming.setEncoding("utf8")) text += part;
    const fate = options.fate(calls);
    calls += 1;
    if (typeof fate === "number") {
      books.refused += 1;
      const failure = { kind: refusals[fate], status: fate, message: "refused", requestId: "req_1" };
      const { headers, body } = wire.failure({ ...failure });
      response.writeHead(fate, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
      return;
    }
    const outputTokens = Number(limit.exec(text)?.groups?.["limit"] ?? options.unlimited);
    const inputTokens = options.inputTokens(text);
    books.billed += 1;
    books.billedTokens += inputTokens + outputTokens;
    const nano = Math.round(
      inputTokens * options.usdPerMillionInputTokens * 1e3 +
        outputTokens * options.usdPerMillionOutputTokens * 1e3,
    );
    books.billedNano += nano;
    options.onBilled?.(text, nano / 1e9);
    if (fate !== "answered") books.lost += 1;
    const request: RecordedRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers as Readonly<Record<string, string>>,
      body: JSON.parse(text),
      closed: Promise.resolve(),
    };
    const said = typeof options.text === "function" ? options.text(text) : (options.text ?? "ok");
    const answer = scenarioAnswer({
      textPieces: [said],
      usage: { inputTokens, outputTokens },
    });
    send(response, fate, wire, request, answer);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function send(
  response: ServerResponse,
  fate: Exclude<Fate, number>,
  wire: ScenarioWire,
  request: RecordedRequest,
  answer: ScenarioAnswer,
): void {
  const other = (status: number, type: string, text: string) =>
    response.writeHead(status, { "content-type": type }).end(text);
  switch (fate) {
    case "reset before headers":
      response.socket?.resetAndDestroy();
      return;
    case "closed before headers":
      response.socket?.end();
      return;
    case "text 502":
      other(502, "text/plain", "upstream connect error or disconnect/reset before headers");
      return;
    case "JSON 504 of a gateway":
      other(504, "application/json", '{"message":"Endpoint request timed out"}');
      return;
    case "empty 429":
      response.writeHead(429).end();
      return;
    case "error with status 200":
      other(200, "application/json", '{"error":{"message":"it failed","type":"server_error","code":500}}');
      return;
    case "answered":
    case "reset after headers":
    case "cut in the body":
      break;
    default:
      other(Number(/\d{3}/.exec(fate)?.[0]), "text/html", page);
      return;
  }
  const { type, headers, bytes } = wholeAnswer(wire, request, answer);
  response.writeHead(200, { "content-type": type, ...headers, "content-length": bytes.length });
  if (fate === "answered") {
    response.end(bytes);
    return;
  }
  response.flushHeaders();
  if (fate === "cut in the body") response.write(bytes.subarray(0, bytes.length / 2));
  setTimeout(() => response.socket?.resetAndDestroy(), 5);
}

function wholeAnswer(wire: ScenarioWire, request: RecordedRequest, answer: ScenarioAnswer) {
  if (!wire.isStream(request)) {
    const { headers, body } = wire.answer(answer, request);
    return { type: "application/json", headers, bytes: Buffer.from(JSON.stringify(body)) };
  }
  const { contentType: type, headers, content, ending } = wire.stream(answer, request);
  return { type, headers, bytes: Buffer.concat([...content, ...ending].map((part) => Buffer.from(part))) };
}
