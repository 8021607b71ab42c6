import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBounded } from "../../../../src/plugin/http/read-bounded.ts";
import { nodeHttp } from "../../../../src/router/providers/transport/index.ts";
import { numRuns } from "../../../support/runs.ts";

interface Body {
  readonly text: string;
  /** Bytes after the object. */
  readonly tail: readonly number[];
  readonly framing: "length" | "chunked" | "close" | "gzip";
  /** True if the connection breaks off before its announced end. Not for gzip: what is being decompressed may be lost. */
  readonly isBroken: boolean;
  readonly cuts: readonly number[];
}

const body: fc.Arbitrary<Body> = fc
  .record({
    text: fc.oneof(
      fc
        .dictionary(fc.string({ maxLength: 3, unit: "binary" }), fc.string({ unit: "grapheme" }))
        .map((one) => JSON.stringify(one)),
      fc.constantFrom("", "{", '{"a":{}', "\ufeff{}", "{} \n", "[]"),
    ),
    tail: fc.constantFrom([], [], [], [0x7b], [0x7d], [0x20, 0x0a], [0xe6, 0xbc], [0xff, 0xfe], [0xf0]),
    framing: fc.constantFrom("length", "chunked", "close", "gzip"),
    isBroken: fc.boolean(),
    cuts: fc.array(fc.nat(2_000), { maxLength: 5 }),
  })
  .map((given) => ({ ...given, isBroken: given.isBroken && given.framing !== "gzip" }));

let server: Server;
let current: Body;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => void answer(socket, current));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const bytesOf = ({ text, tail }: Body) => Buffer.concat([Buffer.from(text), Buffer.from(tail)]);

async function answer(socket: Socket, { framing, isBroken, cuts, ...rest }: Body): Promise<void> {
  const plain = bytesOf({ framing, isBroken, cuts, ...rest });
  const bytes = framing === "gzip" ? gzipSync(plain) : plain;
  const heads = {
    length: `content-length: ${bytes.length + (isBroken ? 9 : 0)}\r\n`,
    chunked: "transfer-encoding: chunked\r\n",
    close: "connection: close\r\n",
    gzip: "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
  };
  const isChunked = framing === "chunked" || framing === "gzip";
  const pieces: Buffer[] = [];
  let from = 0;
  for (const at of [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
    if (at === from) continue;
    const piece = bytes.subarray(from, at);
    pieces.push(
      isChunked
        ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
        : piece,
    );
    from = at;
  }
  const last = pieces.pop() ?? Buffer.alloc(0);
  const end = isChunked && !isBroken ? Buffer.from("0\r\n\r\n") : Buffer.alloc(0);
  pieces.push(Buffer.concat([last, end]));
  pieces[0] = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${heads[framing]}\r\n`),
    pieces[0] as Buffer,
  ]);
  for (const piece of pieces) {
    socket.write(piece);
    await pause(1);
  }
  if (isBroken || framing === "close") socket.end();
}

/** Text of a body, or that it is not whole. */
function expected(given: Body): string | undefined {
  const text = new TextDecoder().decode(bytesOf(given));
  // Such a body ends with its connection.
  if (!given.isBroken || given.framing === "close") return text;
  if (given.framing === "length") return undefined;
  try {
    JSON.parse(text);
    return text.trimEnd().endsWith("}") ? text : undefined;
  } catch {
    return undefined;
  }
}

test("the text of a body is the same wherever its bytes are cut, and however it ends", async () => {
  const transport = nodeHttp();
  const { port } = server.address() as AddressInfo;
  try {
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        current = given;
        const response = await transport(`http://127.0.0.1:${port}/`, {});
        const text = await readBounded(response, 1_000_000, 50).catch(() => undefined);
        expect(text).toBe(expected(given));
      }),
      numRuns(2_000),
    );
  } finally {
    await transport.close();
  }
});
