import { createServer, type Server, type Socket } from "node:net";

/** A server that speaks in bytes: it can break every rule of HTTP. */
export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Requests that have arrived, as text. */
  readonly requests: string[];
  /** Connections since the start. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/**
 * Starts a server on the loopback interface, or on a Unix socket. `answer` is called with each request that has
 * arrived whole; `at` counts the requests of the server, `within` those of the connection, from 0.
 */
export async function serveRaw(
  answer: (socket: Socket, at: number, within: number, request: string) => void,
  path?: string,
): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    let text = "";
    let within = 0;
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      for (let length = requestIn(text); length !== undefined; length = requestIn(text)) {
        const request = text.slice(0, length);
        text = text.slice(length);
        requests.push(request);
        answer(socket, requests.length - 1, within, request);
        within += 1;
      }
    });
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Returns the length of the request at the start of a text; undefined if it is not whole. */
function requestIn(text: string): number | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  if (/^transfer-encoding: chunked$/im.test(head)) {
    const last = text.indexOf("0\r\n\r\n", end + 4);
    return last === -1 ? undefined : last + 5;
  }
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  return text.length >= end + 4 + length ? end + 4 + length : undefined;
}

/** Writes an answer with its length. */
export function answerWith(socket: Socket, body: string | Buffer, headers: readonly string[] = []): void {
  const bytes = Buffer.from(body);
  const head = ["HTTP/1.1 200 OK", `content-length: ${bytes.length}`, ...headers, "", ""].join("\r\n");
  socket.write(Buffer.concat([Buffer.from(head), bytes]));
}
