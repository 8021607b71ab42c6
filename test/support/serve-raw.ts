import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer as it is sent, byte for byte. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** Content type. Default JSON. */
  readonly type?: string;
}

export interface RawRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Starts a server that records requests as texts, and gives these answers in turn; the last one from then on. */
export async function serveRaw(given: RawAnswer | readonly RawAnswer[]): Promise<{
  readonly url: string;
  readonly requests: RawRequest[];
  close(): Promise<void>;
}> {
  const answers = Array.isArray(given) ? (given as readonly RawAnswer[]) : [given as RawAnswer];
  const requests: RawRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const part of incoming.setEncoding("utf8")) text += part;
    const { url = "", headers } = incoming;
    const {
      status,
      text: body,
      type = "application/json",
    } = answers[Math.min(requests.length, answers.length - 1)] as RawAnswer;
    requests.push({ url, headers, text });
    response.writeHead(status, { "content-type": type }).end(body);
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
