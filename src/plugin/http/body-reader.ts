import { ignore } from "../ignore.ts";

/** Reads a response's body piece by piece. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | string | undefined }>;
  /** Closes the body, also while a `read` is pending: what is left of it must not hold a connection. */
  cancel(): void;
  /** True if the body has ended and all of it was read: a read does not wait. Absent: that is not known. */
  atEnd?(): boolean;
  /** Takes a body that has come whole and in one piece, at most `maxBytes`. Undefined for any other: it has to be read. */
  takeWhole?(maxBytes: number): Uint8Array | undefined;
}

/** Creates the reader of a body: a web stream, or the Node stream of another `fetch`. */
export function bodyReader(body: unknown): BodyReader {
  const stream = body as Partial<ReadableStream<Uint8Array>> & Partial<AsyncIterable<Uint8Array>>;
  if (typeof stream.getReader === "function") {
    const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array> &
      Pick<BodyReader, "atEnd" | "takeWhole">;
    // Of our own transport: it is such a reader already.
    if (typeof reader.atEnd === "function") return reader;
    return {
      read: () => reader.read(),
      cancel: () => void reader.cancel().catch(ignore),
    };
  }
  const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return {
    read: async () => {
      const { done = false, value } = await iterator.next();
      return { done, value };
    },
    cancel: () => {
      const { destroy } = body as { readonly destroy?: unknown };
      if (typeof destroy === "function") destroy.call(body);
      else void Promise.resolve(iterator.return?.()).catch(ignore);
    },
  };
}
