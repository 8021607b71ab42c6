import type { ServerResponse } from "node:http";
import type { Reply } from "../reply.ts";

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
    await flushed(response, "finish", stalledMs);
    return;
  }
  const leave = () => void body.return?.()?.catch(() => {});
  // It may have left while the first part was awaited, and says so once only.
  if (response.destroyed) {
    leave();
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  response.once("close", leave);
  try {
    for (let step = await body.next(); step.done !== true; step = await body.next()) {
      if (response.destroyed) return;
      if (!response.write(step.value)) await flushed(response, "drain", stalledMs);
    }
  } finally {
    response.off("close", leave);
    if (response.destroyed) leave();
  }
  response.end();
  await flushed(response, "finish", stalledMs);
}

/** Waits until the system has taken what was written, or the connection is gone. Closes it when that takes too long. */
function flushed(response: ServerResponse, event: "drain" | "finish", stalledMs: number): Promise<void> {
  if (response.destroyed || response.writableFinished) return Promise.resolve();
  return new Promise((resolve) => {
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
