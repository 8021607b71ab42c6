import type { ServerResponse } from "node:http";
import { idHeaders, type Reply, type ReplyParts } from "../reply.ts";

/** Most characters of a stream that wait to be written together. */
const mostTogether = 16_384;

/**
 * Sends a reply, and resolves when the system has all of it or the connection is gone; undefined if that is now. A stream waits
 * for a slow reader, and ends when its reader leaves, or takes nothing for `stalledMs` milliseconds. `isQuick`: its first part is
 * sent alone and at once, for a write more.
 */
export function writeReply(
  response: ServerResponse,
  reply: Reply,
  stalledMs: number,
  isQuick = false,
): Promise<void> | undefined {
  const { status, body } = reply;
  if (typeof body === "object") return writeParts(response, reply, body, stalledMs, isQuick);
  // A reply to HEAD says how long its body would be, and one without content says nothing.
  const length = body === undefined ? lengthOfNone(reply) : Buffer.byteLength(body);
  response.writeHead(status, headersOf(reply, length));
  response.end(body);
  return flushed(response, "finish", stalledMs);
}

function lengthOfNone({ status, headers }: Reply): number | undefined {
  return status === 204 || headers["content-length"] !== undefined ? undefined : 0;
}

/** Returns names and values in turn, which Node takes as they are. `length`: that of the body, if it is known. */
function headersOf({ headers, requestId }: Reply, length?: number): string[] {
  const all: string[] = [];
  for (const name of Object.keys(headers)) {
    if (length !== undefined && name === "content-length") continue;
    if (requestId !== undefined && idHeaders.includes(name)) continue;
    all.push(name, headers[name] as string);
  }
  if (requestId !== undefined) for (const name of idHeaders) all.push(name, requestId);
  if (length !== undefined) all.push("content-length", String(length));
  return all;
}

async function writeParts(
  response: ServerResponse,
  reply: Reply,
  body: ReplyParts,
  stalledMs: number,
  isQuick: boolean,
): Promise<void> {
  const leave = () => void body.return?.()?.catch(() => {});
  // It may have left while the first part was awaited, and says so once only.
  if (response.destroyed) {
    leave();
    return;
  }
  response.writeHead(reply.status, headersOf(reply));
  response.once("close", leave);
  const parts = gathered(response, isQuick);
  try {
    for (let step = await body.next(); step.done !== true; step = await body.next()) {
      if (response.destroyed) return;
      let goesOn = parts.add(step.value);
      while (goesOn) {
        const more = body.takeReady?.();
        if (more === undefined) break;
        goesOn = parts.add(more);
      }
      if (!goesOn) await flushed(response, "drain", stalledMs);
    }
  } finally {
    parts.flush();
    response.off("close", leave);
    if (response.destroyed) leave();
  }
  response.end();
  return flushed(response, "finish", stalledMs);
}

/** Parts of a stream that are on their way to the socket. */
interface Gathered {
  /** Returns false if the system should take what is there before more is added. */
  add(part: string | Uint8Array): boolean;
  /** Writes what waits. */
  flush(): void;
}

/**
 * Writes together what comes without a pause: a piece that an upstream sends holds several events, and a write costs
 * more than an event. Nothing is delayed: Node runs the tick when no promise is left to settle, so before it waits for
 * anything. The headers go with the first of them, or alone where the first part lets them wait.
 * If it is quick, the first part does not wait for what came with it, which may take as long to translate as the request took.
 */
function gathered(response: ServerResponse, isQuick: boolean): Gathered {
  let text = "";
  let isPlanned = true;
  /** True until something was sent, if only the headers. */
  let isQuiet = true;
  let isFirst = isQuick;
  const flush = () => {
    isPlanned = false;
    if (response.destroyed) return;
    if (text === "") {
      if (isQuiet && !response.writableEnded) response.flushHeaders();
      isQuiet = false;
      return;
    }
    isQuiet = false;
    const all = text;
    text = "";
    response.write(all);
  };
  globalThis.process.nextTick(flush);
  return {
    flush,
    add(part) {
      if (typeof part !== "string") {
        if (text !== "") flush();
        isQuiet = false;
        return response.write(part);
      }
      text += part;
      if (isFirst) {
        isFirst = false;
        flush();
        // Node holds back what is written until its next tick.
        response.socket?.uncork();
      } else if (text.length >= mostTogether) flush();
      else if (!isPlanned) {
        isPlanned = true;
        globalThis.process.nextTick(flush);
      }
      return !response.writableNeedDrain;
    },
  };
}

/**
 * Waits until the system has taken what was written, or the connection is gone. Closes it when that takes too long. Undefined if
 * there is nothing to wait for.
 */
function flushed(
  response: ServerResponse,
  event: "drain" | "finish",
  stalledMs: number,
): Promise<void> | undefined {
  // Mostly the system has it all by now, and the event is only a formality that comes later.
  if (response.destroyed || response.writableFinished || response.writableLength === 0) return undefined;
  return new Promise<void>((resolve) => {
    const timer = setTimeout(() => response.destroy(), stalledMs);
    const done = () => {
      clearTimeout(timer);
      response.off(event, done);
      response.off("close", done);
      resolve();
    };
    response.on(event, done);
    response.on("close", done);
  });
}
