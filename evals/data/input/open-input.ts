import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import { fileError } from "../outcomes/read-chunks.ts";
import { checkUrl, type FetchOptions, fetchChunks, nameOfUrl } from "./fetch-chunks.ts";
import type { ImportInput } from "./import-input.ts";

export interface InputOptions extends FetchOptions {
  /** Longest file after decompression, in bytes. Default 1 GiB. */
  readonly maxBytes?: number | undefined;
}

export const inputOptions: OptionTable<InputOptions> = {
  maxBytes: { is: "number", min: 1, integer: true, default: 1024 ** 3 },
  timeoutMs: { is: "duration", default: 30_000 },
  loopbackHttp: { is: "boolean", default: false },
  fetch: { is: "function", default: (...given) => globalThis.fetch(...given) },
};

/** First bytes of other file types, which are recognised only to say what to do with them. */
const foreign: readonly (readonly [string, string])[] = [
  ["PAR1", "is Parquet: convert it to CSV, for instance with pandas: read_parquet(…).to_csv(…, index=False)"],
  ["PK\u0003\u0004", "is a spreadsheet or an archive: save it as CSV, or unpack it"],
  ["SQLite format 3", "is a database: export it"],
];

/**
 * Opens a path or an https URL as an input; nothing is read before its chunks are. Gzip is decompressed
 * whatever the name. A URL is fetched wherever it points, also from private addresses: the caller has chosen
 * it. Throws `InvalidOptionError` for a URL that may not be fetched; reading throws `OutcomeFormatError`.
 */
export function openInput(location: string, options: InputOptions = {}): ImportInput {
  const { maxBytes, ...fetching } = readOptions("openInput", inputOptions, options, "");
  const url =
    /^[a-z][a-z0-9+.-]*:\/\//i.test(location) && URL.canParse(location) ? new URL(location) : undefined;
  if (url !== undefined) checkUrl(url, fetching.loopbackHttp);
  const name = url === undefined ? location : nameOfUrl(url);
  const file = basename(url === undefined ? location : url.pathname).replace(/\.gz$/i, "");
  const extension = extname(file);
  const source = url === undefined ? () => createReadStream(location) : () => fetchChunks(url, fetching);
  return {
    name,
    stem: basename(file, extension),
    extension: extension.toLowerCase(),
    chunks: { [Symbol.asyncIterator]: () => read(name, source(), maxBytes) },
  };
}

async function* read(
  name: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  try {
    for await (const chunk of textual(name, source)) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new OutcomeFormatError(name, 0, "file", `is longer than ${maxBytes} bytes (maxBytes)`);
      yield chunk;
    }
  } catch (error) {
    // The name need not mention gzip.
    if ((error as NodeJS.ErrnoException).code === "Z_DATA_ERROR")
      throw new OutcomeFormatError(name, 0, "file", "is packed with gzip, and damaged");
    throw fileError(name, error);
  }
}

/** Decompresses gzip and refuses other content that is not text. */
async function* textual(
  name: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const chunks = withHead(source);
  const { value: head } = await chunks.next();
  if (head === undefined) return;
  const all = prepend(head, chunks);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    refuseForeign(name, head);
    yield* all;
    return;
  }
  const gunzip = createGunzip();
  // An error of the source reaches the reader through the last stream.
  pipeline(Readable.from(all), gunzip, () => {});
  let first = true;
  for await (const chunk of withHead(gunzip)) {
    if (first) refuseForeign(name, chunk);
    first = false;
    yield chunk;
  }
}

function refuseForeign(name: string, head: Uint8Array): void {
  const refuse = (problem: string): never => {
    throw new OutcomeFormatError(name, 0, "file", problem);
  };
  // A pickle of protocol 2 or later.
  if (head[0] === 0x80 && (head[1] ?? 0xff) <= 5)
    refuse(
      "is a pickle, which runs code when it is loaded. If you trust it, convert it to CSV with pandas: " +
        "read_pickle(…).to_csv(…, index=False)",
    );
  const start = Buffer.from(head.subarray(0, 16)).toString("latin1");
  for (const [magic, problem] of foreign) if (start.startsWith(magic)) refuse(problem);
  if (/^\s*<(?:!doctype html|html\b)/i.test(start))
    refuse("is a web page: give the address of the file itself, which code hosts call raw");
}

const headBytes = 16;

/** Passes chunks on with a first one that is long enough to recognise the file type. */
async function* withHead(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of source) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < headBytes) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  yield first;
  yield* rest;
}
