import type { Transform } from "node:stream";
import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import type { BodySink, BodySource, ResponseBody } from "./response-body.ts";
import { TransportError } from "./transport-error.ts";

/** Most codings of one body. */
const mostCodings = 3;

/**
 * Opens a body that is decompressed as it is read. A small body can hold gigabytes: what comes out counts
 * against the bounds, and is made only as fast as it is read. Throws `TransportError` for a coding that this
 * runtime does not know.
 */
export function decoded(
  codings: string,
  source: BodySource,
  open: (source: BodySource) => ResponseBody,
): { readonly body: ResponseBody; readonly sink: BodySink } {
  const names = codings
    .split(",", mostCodings + 1)
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > mostCodings)
    throw new TransportError("the body has too many content codings", "ERR_CONTENT_CODING");
  // The last coding was applied last.
  const stages = names.reverse().map(decoderOf);
  const [first] = stages;
  const last = stages.at(-1);
  if (first === undefined || last === undefined) {
    const body = open(source);
    return { body, sink: body };
  }

  const drop = (): void => {
    for (const stage of stages) stage.destroy();
  };
  const body = open({
    pause: () => void last.pause(),
    resume: () => void last.resume(),
    destroy: () => {
      drop();
      source.destroy();
    },
  });
  for (const [at, stage] of stages.entries()) {
    const next = stages[at + 1];
    if (next !== undefined) stage.pipe(next);
    stage.on("error", () => {
      body.fail(new TransportError("the body cannot be decompressed", "ERR_CONTENT_CODING"));
      drop();
      source.destroy();
    });
  }
  first.on("drain", () => source.resume());
  last.on("data", (piece: Uint8Array) => body.push(piece));
  last.on("end", () => body.end());
  return {
    body,
    sink: {
      push: (piece) => {
        if (!first.destroyed && !first.write(piece)) source.pause();
      },
      end: () => {
        if (!first.destroyed) first.end();
      },
      fail: (error) => {
        body.fail(error);
        drop();
      },
    },
  };
}

function decoderOf(name: string): Transform {
  const zlib = neededBuiltin("node:zlib");
  const { constants } = zlib;
  switch (name) {
    case "gzip":
    case "x-gzip":
      // As lenient about a missing end as `fetch`: what is missing shows in the JSON.
      return zlib.createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH });
    case "deflate":
      return zlib.createInflate({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH });
    case "br":
      return zlib.createBrotliDecompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      });
    case "zstd": {
      const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
      if (createZstdDecompress !== undefined) return createZstdDecompress();
    }
  }
  throw new TransportError("the body has a content coding that was not asked for", "ERR_CONTENT_CODING");
}
