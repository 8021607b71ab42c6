import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RecordedRequest, Scenario, ScenarioAnswer, ScenarioFailure } from "./provider-scenario.ts";

type Ending = Extract<Scenario, { type: "broken" }>["ending"];

export interface WireReply {
  /** HTTP status. Default 200. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Body, sent as JSON. */
  readonly body: unknown;
}

/** A streamed answer as the text of its events, or their bytes, including the framing. */
export interface WireStream {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Events up to the last piece of content; each is sent separately. */
  readonly content: readonly (string | Uint8Array)[];
  /** Events that complete the answer: finish reason, usage, end marker. */
  readonly ending: readonly (string | Uint8Array)[];
}

/** Format of one provider's API for scenarios. */
export interface ScenarioWire {
  isStream(request: RecordedRequest): boolean;
  answer(answer: ScenarioAnswer, request: RecordedRequest): WireReply;
  stream(answer: ScenarioAnswer, request: RecordedRequest): WireStream;
  failure(failure: ScenarioFailure): WireReply;
  /** Returns the text of an error event, including the framing. */
  streamError(failure: ScenarioFailure): string | Uint8Array;
}

export interface ScenarioServer {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Serves a scenario on a free port of the loopback interface, in the format of one provider's API. */
export async function serveScenario(scenario: Scenario, wire: ScenarioWire): Promise<ScenarioServer> {
  const { createServer } = await import("node:http");
  const requests: RecordedRequest[] = [];

  const server = createServer((incoming, response) => {
    record(incoming, response)
      .then((request) => {
        requests.push(request);
        return perform(scenario, wire, request, response);
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function record(incoming: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers,
    body: text === "" ? undefined : JSON.parse(text),
    text,
    closed,
  };
}

async function perform(
  scenario: Scenario,
  wire: ScenarioWire,
  request: RecordedRequest,
  response: ServerResponse,
): Promise<void> {
  if (scenario.type === "stall") return;
  if (scenario.type === "garbage") {
    const contentType = wire.isStream(request) ? "text/event-stream" : "application/json";
    response.writeHead(200, { "content-type": contentType }).end("data: <html>Bad gateway</html>\n\n");
    return;
  }
  if (scenario.type === "failure") return reply(response, wire.failure(scenario.failure));
  if (!wire.isStream(request)) {
    const answer = wire.answer(scenario.answer, request);
    return scenario.type === "broken"
      ? replyInPart(response, answer, scenario.ending)
      : reply(response, answer);
  }

  const stream = wire.stream(scenario.answer, request);
  response.writeHead(200, { "content-type": stream.contentType, ...stream.headers });
  for (const piece of stream.content) await send(response, piece);
  if (scenario.type === "broken") return breakOff(response, scenario.ending);
  const rest = scenario.type === "stream-error" ? [wire.streamError(scenario.failure)] : stream.ending;
  for (const piece of rest) await send(response, piece);
  response.end();
}

function reply(response: ServerResponse, { status = 200, headers, body }: WireReply): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function replyInPart(
  response: ServerResponse,
  { headers, body }: WireReply,
  ending: Ending,
): Promise<void> {
  const text = JSON.stringify(body);
  response.writeHead(200, { "content-type": "application/json", ...headers });
  await send(response, text.slice(0, text.length >> 1));
  breakOff(response, ending);
}

function breakOff(response: ServerResponse, ending: Ending): void {
  if (ending === "cut") response.destroy();
  if (ending === "silent") response.end();
}

/**
 * Sends a piece in two writes, split at any byte, even inside a character: clients must not rely on packet
 * boundaries.
 */
async function send(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  const bytes = typeof piece === "string" ? Buffer.from(piece, "utf8") : piece;
  const middle = bytes.length >> 1;
  for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
    response.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
