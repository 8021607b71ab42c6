import type { ServerResponse } from "node:http";
import type { Reply } from "../reply.ts";

/** Most characters of a stream that wait to be written together. */
const mostTogether = 16_384;

/**
 * Sends a reply, and resolves when the system has all of it or the connection is gone. A stream waits for a slow reader,
 * and ends when its reader leaves, or takes nothing for `stalledMs` milliseconds.
 */
export async function writeReply(
  response: ServerResponse,
  { status, headers, body }: Reply,
  stalledMs: number,
): Promise<void> {
  if (typeof body !== "object") {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    response.writeHead(status, { ...headers, "content-length": length });
    response.end(body);
    return flushed(response, "finish", stalledMs);
  }
  const leave = () => void body.return?.()?.catch(() => {});
  // It may have left while the first part was awaited, and says so once only.
  if (response.destroyed) {
    leave();
    return;
  }
  response.writeHead(status, headers);
  response.once("close", leave);
  const parts = gathered(response);
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
 */
function gathered(response: ServerResponse): Gathered {
  let text = "";
  let isPlanned = true;
  const flush = () => {
    isPlanned = false;
    if (response.destroyed) return;
    if (text === "") {
      if (!response.writableEnded) response.flushHeaders();
      return;
    }
    const all = text;
    text = "";
    response.write(all);
  };
  process.nextTick(flush);
  return {
    flush,
    add(part) {
      if (typeof part !== "string") {
        if (text !== "") flush();
        return response.write(part);
      }
      text += part;
      if (text.length >= mostTogether) flush();
      else if (!isPlanned) {
        isPlanned = true;
        process.nextTick(flush);
      }
      return !response.writableNeedDrain;
    },
  };
}

/** Waits until the system has taken what was written, or the connection is gone. Closes it when that takes too long. */
async function flushed(
  response: ServerResponse,
  event: "drain" | "finish",
  stalledMs: number,
): Promise<void> {
  // Mostly the system has it all by now, and the event is only a formality that comes later.
  if (response.destroyed || response.writableFinished || response.writableLength === 0) return;
  await new Promise<void>((resolve) => {
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
