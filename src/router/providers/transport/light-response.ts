import { MAX_ANSWER_BYTES } from "../../../plugin/http/read-bounded.ts";
import type { ResponseBody } from "./response-body.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { TransportError } from "./transport-error.ts";

/** The part of a `Response` that SDKs and providers use, without the web stream, which would take most of the time. */
export class LightResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText: string;
  readonly headers: ResponseHeaders;
  readonly url: string;
  readonly body: ResponseBody | null;
  readonly redirected: boolean = false;
  readonly type: Response["type"] = "basic";

  constructor(
    status: number,
    statusText: string,
    headers: ResponseHeaders,
    url: string,
    body: ResponseBody | null,
  ) {
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.statusText = statusText;
    this.headers = headers;
    this.url = url;
    this.body = body;
  }

  get bodyUsed(): boolean {
    return this.body?.used ?? false;
  }

  /** Reads the text, at most 64 MiB. */
  async text(): Promise<string> {
    return decoder.decode(this.body?.takeWhole(MAX_ANSWER_BYTES) ?? (await this.bytes()));
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** Reads the bytes, at most 64 MiB. */
  async bytes(): Promise<Uint8Array> {
    if (this.body === null) return new Uint8Array();
    if (this.body.used) throw new TypeError("the body has been read already");
    const bytes = await this.body.collect(MAX_ANSWER_BYTES);
    if (bytes === undefined)
      throw new TransportError(`the body has more than ${MAX_ANSWER_BYTES} bytes`, "ERR_BODY_TOO_LARGE");
    return bytes;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  async blob(): Promise<Blob> {
    const type = this.headers.get("content-type") ?? "";
    return new Blob([await this.arrayBuffer()], { type });
  }

  clone(): never {
    throw new TypeError("a response of this transport can be read once: it has no clone()");
  }
}

const decoder = new TextDecoder();
