import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { FailureKind, ScenarioAnswer, ScenarioFailure } from "../../../src/testing/index.ts";
import { scenarioAnswer } from "../scenario-answer.ts";
import { type AnyWireName, allWires } from "../wires.ts";
import { type Fault, type FaultStatus, type RetryAfter, retryAfterHeaders } from "./fault.ts";

/** A call as the server received it. */
export interface FaultCall {
  readonly fault: Fault;
  /** The whole text of the answer, which is unique to this call. */
  readonly text: string;
  readonly usage: ScenarioAnswer["usage"];
  /** Resolves when the call is over: answered, or abandoned by either side. */
  readonly closed: Promise<void>;
}

/** Fault of call n, counted from 0. Calls after the end of a list are answered normally. */
export type Script = readonly Fault[] | ((call: number) => Fault | undefined);

/** An endpoint of a server, which follows one script. */
export interface FaultEndpoint {
  /** Address without the version with which the API's paths begin. */
  readonly url: string;
  readonly calls: readonly FaultCall[];
  /** Removes the endpoint. */
  remove(): void;
}

export interface FaultServer {
  endpoint(wire: AnyWireName, script: Script): FaultEndpoint;
  /** Open connections, including idle ones. */
  readonly connections: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Starts a server for any number of endpoints on one port of the loopback interface. */
export async function serveFaults(): Promise<FaultServer> {
  const endpoints = new Map<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>>();
  const connections = new Set<Socket>();
  let count = 0;

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const [, key = ""] = (request.url ?? "").split("/");
    const answer = endpoints.get(key);
    if (answer === undefined) response.writeHead(410).end();
    else answer(request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    connections,
    endpoint(wire, script) {
      const key = `e${count++}`;
      const calls: FaultCall[] = [];
      endpoints.set(key, async (request, response) => {
        const index = calls.length;
        const fault = (typeof script === "function" ? script(index) : script[index]) ?? { type: "none" };
        const closed = new Promise<void>((resolve) => response.once("close", resolve));
        const answer = answerOf(`${key}.${index}`, fault);
        // Recorded before the body is read, so that the call counts in any case.
        calls.push({ fault, text: answer.textPieces.join(""), usage: answer.usage, closed });
        const text = await read(request);
        const { headers, url: path = "" } = request as { headers: Record<string, string>; url?: string };
        const recorded = { method: "POST", path, headers, body: JSON.parse(text), text, closed };
        await perform(response, fault, render(wire, answer, fault, recorded));
      });
      return { url: `http://127.0.0.1:${port}/${key}`, calls, remove: () => endpoints.delete(key) };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns `http://127.0.0.1:port` of a port without a listener. */
export function closedPort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(`http://127.0.0.1:${port}`));
    });
  });
}

/**
 * Creates an answer whose pieces name call and position, so that text of two calls cannot pass for text of
 * one.
 */
function answerOf(tag: string, fault: Fault): ScenarioAnswer {
  const characters = fault.type === "huge" ? fault.characters : fault.type === "slow-loris" ? 10 : 120;
  const textPieces: string[] = [];
  for (let length = 0; length < characters; ) {
    const piece = `[${tag}/${textPieces.length}] ${fault.type === "huge" ? "größer ".repeat(600) : "né≈ 漢 "}`;
    textPieces.push(piece);
    length += piece.length;
  }
  textPieces.push(`[${tag} ends]`);
  const usage = { inputTokens: 100, outputTokens: textPieces.length, cachedInputTokens: 40 };
  return scenarioAnswer({ textPieces, usage });
}

/** A body in the pieces that are written, before a fault is applied. */
interface Rendered {
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly (string | Uint8Array)[];
  /** Returns the answer to a call that is refused with this status. */
  refusal(
    status: FaultStatus,
    retryAfter?: RetryAfter,
  ): {
    status: number;
    headers: Record<string, string>;
    body: string;
  };
  readonly errorInside: (status: FaultStatus) => string | Uint8Array;
  readonly malformed: string;
}

function render(
  wireName: AnyWireName,
  answer: ScenarioAnswer,
  fault: Fault,
  request: Parameters<(typeof allWires)[AnyWireName]["isStream"]>[0],
): Rendered {
  const wire = allWires[wireName];
  const streamed = wire.isStream(request);
  const refusal: Rendered["refusal"] = (status, retryAfter) => {
    const { headers, body } = wire.failure(failureOf(status, retryAfter));
    return {
      status,
      headers: { "content-type": "application/json", ...headers, ...retryAfterHeaders(retryAfter) },
      body: JSON.stringify(body),
    };
  };
  if (!streamed) {
    const { headers, body } = wire.answer(answer, request);
    return {
      headers: { "content-type": "application/json", ...headers },
      pieces: [JSON.stringify(body)],
      refusal,
      errorInside: (status) => refusal(status).body,
      malformed: '"}{',
    };
  }
  const { contentType, headers, content, ending } = wire.stream(answer, request);
  const last = ending.slice(-1);
  const times = fault.type === "end-marker" ? fault.times : 1;
  return {
    headers: { "content-type": contentType, ...headers },
    pieces: [...content, ...ending.slice(0, -1), ...Array.from({ length: times }, () => last).flat()],
    refusal,
    errorInside: (status) => wire.streamError(failureOf(status)),
    malformed: 'data: {"choices":[{"delta":{"content":"bro\n\n',
  };
}

const kinds: Readonly<Record<FaultStatus, FailureKind>> = {
  400: "invalid-request",
  401: "authentication",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  429: "rate-limit",
  500: "server",
  502: "server",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

function failureOf(status: FaultStatus, retryAfter?: RetryAfter): ScenarioFailure {
  const delay = retryAfter?.form === "seconds" ? { retryAfterMs: retryAfter.ms } : {};
  return { kind: kinds[status], status, message: "injected", requestId: "req_fault", ...delay };
}

/** Writes the part of the answer that the fault leaves. Ends early when the other side has closed. */
async function perform(response: ServerResponse, fault: Fault, rendered: Rendered): Promise<void> {
  const { pieces, refusal } = rendered;
  const headers = fault.type === "content-type" ? { "content-type": fault.value } : rendered.headers;
  const bytes = joined(pieces);
  switch (fault.type) {
    case "silence":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "status": {
      const { status, headers, body } = refusal(fault.status, fault.retryAfter);
      response.writeHead(status, headers).end(body);
      return;
    }
    case "slow-headers":
      await pause(response, fault.ms);
      break;
    case "empty":
      response.writeHead(200, headers).end();
      return;
    case "stall":
    case "cut":
      response.writeHead(200, headers).flushHeaders();
      await write(response, bytes.subarray(0, Math.floor(fault.at * bytes.length)));
      if (fault.type === "stall") return;
      if (fault.how === "drop") response.destroy();
      else response.end();
      return;
    case "slow-loris":
      response.writeHead(200, headers).flushHeaders();
      for (let index = 0; index < bytes.length && !response.destroyed; index += 1) {
        response.write(bytes.subarray(index, index + 1));
        await pause(response, fault.msPerByte);
      }
      response.end();
      return;
    case "malformed":
    case "error-inside": {
      const insert = fault.type === "malformed" ? rendered.malformed : rendered.errorInside(fault.status);
      response.writeHead(200, headers);
      response.end(
        pieces.length > 1
          ? joined(pieces.toSpliced(Math.floor(fault.at * pieces.length), 0, insert))
          : fault.type === "malformed"
            ? joined([bytes.subarray(0, Math.floor(fault.at * bytes.length)), insert])
            : insert,
      );
      return;
    }
  }
  response.writeHead(200, headers);
  for (const piece of pieces) await write(response, joined([piece]));
  response.end();
}

function joined(pieces: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "utf8") : piece)),
  );
}

/** Writes in two parts, split at any byte, even inside a character. Waits for a slow reader. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  const middle = bytes.length >> 1;
  for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
    if (response.destroyed) return;
    if (!response.write(part)) {
      await new Promise<void>((resolve) => {
        response.once("drain", resolve);
        response.once("close", resolve);
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits, but not beyond the end of the response. 0: one turn of the event loop. */
function pause(response: ServerResponse, ms: number): Promise<void> {
  if (ms === 0) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      response.off("close", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    response.once("close", end);
  });
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
