import type { ServerResponse } from "node:http";
import type { Reply } from "../reply.ts";

/** Sends a reply. A stream waits for a slow reader, and ends when its reader leaves. */
export async function writeReply(response: ServerResponse, { status, headers, body }: Reply): Promise<void> {
  if (typeof body !== "object") {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    response.writeHead(status, { ...headers, "content-length": length });
    response.end(body);
    return;
  }
  response.writeHead(status, headers);
  response.flushHeaders();
  const leave = () => void body.return?.()?.catch(() => {});
  response.once("close", leave);
  for (let step = await body.next(); step.done !== true; step = await body.next()) {
    if (response.destroyed) return;
    if (!response.write(step.value)) await drained(response);
  }
  response.off("close", leave);
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
    // It may have closed meanwhile, and says so once only.
    if (response.destroyed) done();
  });
}
