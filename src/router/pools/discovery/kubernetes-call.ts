import type { IncomingMessage } from "node:http";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";

export interface KubernetesApi {
  /** Address of the API server. */
  readonly url: string;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
}

/** Thrown for an answer of the API server that is not one of success. */
export class KubernetesStatusError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Longest line (one slice of 100 endpoints has about 100 kB), and longest answer of a list. */
const longestLine = 4 * 2 ** 20;
const longestList = 64 * 2 ** 20;
/** Longest wait for an answer to begin, and for more of a list. */
const timeoutMs = 10_000;

/** Sends a GET to the API server and returns the answer, at most 64 MiB of it. */
export async function kubernetesText(api: KubernetesApi, path: string, signal: AbortSignal): Promise<string> {
  let text = "";
  for await (const line of kubernetesLines(api, path, timeoutMs, signal)) {
    text += line;
    if (text.length > longestList) throw new Error("the list is too long");
  }
  return text;
}

/**
 * Sends a GET to the API server and yields the lines of the answer; one that is silent for `idleMs` is cut, since a
 * connection whose other end is gone says nothing. Token and CA are read each time: the token changes while the process
 * runs. Over `node:http`, since `fetch` takes no CA.
 */
export async function* kubernetesLines(
  { url, tokenFile, caFile }: KubernetesApi,
  path: string,
  idleMs: number,
  signal: AbortSignal,
  isWatch = false,
): AsyncGenerator<string, void> {
  const files = neededBuiltin("node:fs/promises");
  const token = tokenFile === undefined ? undefined : (await files.readFile(tokenFile, "utf8")).trim();
  const ca = caFile === undefined ? undefined : await files.readFile(caFile, "utf8");
  const response = await open(`${url}${path}`, token, ca, signal, isWatch);
  if (response.statusCode !== 200) {
    response.destroy();
    throw new KubernetesStatusError(response.statusCode ?? 0);
  }
  response.setTimeout(idleMs, () => response.destroy(new Error("the answer has stopped")));
  // In pieces: a server that sends a long line byte by byte must not have it copied as often.
  let held: string[] = [];
  let length = 0;
  for await (const piece of response.setEncoding("utf8") as AsyncIterable<string>) {
    const end = piece.lastIndexOf("\n");
    if (end !== -1) {
      yield* `${held.join("")}${piece.slice(0, end)}`.split("\n");
      held = [];
      length = 0;
    }
    const rest = piece.slice(end + 1);
    if (rest !== "") held.push(rest);
    length += rest.length;
    if (length > longestLine) {
      response.destroy();
      throw new Error("a line is too long");
    }
  }
  if (length > 0) yield held.join("");
}

function open(
  url: string,
  token: string | undefined,
  ca: string | undefined,
  signal: AbortSignal,
  isWatch: boolean,
): Promise<IncomingMessage> {
  const isSafe = url.startsWith("https:");
  const { request } = isSafe ? neededBuiltin("node:https") : neededBuiltin("node:http");
  const headers = {
    accept: "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { headers, signal, agent: false, ...(ca !== undefined && { ca }) },
      (response) => {
        call.setTimeout(0);
        resolve(response);
      },
    );
    // A watch is open all the time, and must not keep a process alive.
    if (isWatch) call.on("socket", (socket) => socket.unref());
    call.setTimeout(timeoutMs, () => call.destroy(new Error("no answer in time")));
    call.on("error", reject).end();
  });
}
