/** What a server does to one call. Plain data; `at` is a place in the body, in [0, 1). */
export type Fault =
  /** Answers as it should. */
  | { readonly type: "none" }
  /** Waits before the headers, then answers. */
  | { readonly type: "slow-headers"; readonly ms: number }
  /** Accepts the request and never answers. */
  | { readonly type: "silence" }
  /** Resets the connection before any header. */
  | { readonly type: "reset" }
  | { readonly type: "status"; readonly status: FaultStatus; readonly retryAfter?: RetryAfter | undefined }
  /** A part of the body, then nothing more. */
  | { readonly type: "stall"; readonly at: number }
  /** A part of the body, then the connection is dropped, or the body ends as if it were whole. */
  | { readonly type: "cut"; readonly at: number; readonly how: "drop" | "end" }
  /** Something in the body that cannot be parsed. */
  | { readonly type: "malformed"; readonly at: number }
  /** An error inside an answer with status 200. */
  | { readonly type: "error-inside"; readonly at: number; readonly status: FaultStatus }
  /** The end marker of a stream comes twice, or not at all. */
  | { readonly type: "end-marker"; readonly times: 0 | 2 }
  | { readonly type: "content-type"; readonly value: string }
  /** Status 200 and no body. */
  | { readonly type: "empty" }
  /** A text of so many characters. */
  | { readonly type: "huge"; readonly characters: number }
  /** Byte by byte. */
  | { readonly type: "slow-loris"; readonly msPerByte: number };

export type FaultStatus = 400 | 401 | 404 | 408 | 409 | 429 | 500 | 502 | 503 | 504 | 529;

/** How a server says when to come back; `garbage` is sent as it is. */
export type RetryAfter =
  | { readonly form: "seconds" | "date" | "milliseconds"; readonly ms: number }
  | { readonly form: "garbage"; readonly text: string };

/** Headers of a Retry-After. A date is told in whole seconds, as HTTP has it. */
export function retryAfterHeaders(retryAfter: RetryAfter | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  if (retryAfter.form === "garbage") return { "retry-after": retryAfter.text };
  const { form, ms } = retryAfter;
  if (form === "milliseconds") return { "retry-after-ms": String(ms) };
  if (form === "seconds") return { "retry-after": String(ms / 1_000) };
  return { "retry-after": new Date(Date.now() + ms).toUTCString() };
}
