import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Body as it came. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any wire
  readonly body: any;
}

export interface LoopbackServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

/** Starts a server on a free loopback port that answers every request as the test says. */
export async function serveWith(
  answer: (response: ServerResponse, request: SeenRequest) => void,
): Promise<LoopbackServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const part of incoming.setEncoding("utf8")) text += part;
    const { method = "", url = "", headers } = incoming;
    const request = { method, url, headers, text, body: text === "" ? undefined : JSON.parse(text) };
    requests.push(request);
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
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

/** Sends an answer with a JSON body. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Sends an event stream of these events, given as data or as raw text. */
export function sendEvents(response: ServerResponse, events: readonly unknown[]): void {
  const text = events.map(
    (event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`,
  );
  response.writeHead(200, { "content-type": "text/event-stream" }).end(text.join(""));
}
