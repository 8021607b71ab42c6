/** Behaviour of a server for one call. Plain data; `at` is a position in the body, in [0, 1). */
export type Fault =
  /** Answers normally. */
  | { readonly type: "none" }
  /** Waits before the headers, then answers. */
  | { readonly type: "slow-headers"; readonly ms: number }
  /** Accepts the request and never answers. */
  | { readonly type: "silence" }
  /** Resets the connection before any header. */
  | { readonly type: "reset" }
  | { readonly type: "status"; readonly status: FaultStatus; readonly retryAfter?: RetryAfter | undefined }
  /** Part of the body, then nothing more. */
  | { readonly type: "stall"; readonly at: number }
  /** Part of the body, then the connection is dropped, or the body ends as if it were complete. */
  | { readonly type: "cut"; readonly at: number; readonly how: "drop" | "end" }
  /** Unparsable text in the body. */
  | { readonly type: "malformed"; readonly at: number }
  /** An error inside an answer with status 200. */
  | { readonly type: "error-inside"; readonly at: number; readonly status: FaultStatus }
  /** The end marker of a stream arrives twice, or not at all. */
  | { readonly type: "end-marker"; readonly times: 0 | 2 }
  | { readonly type: "content-type"; readonly value: string }
  /** Status 200 and no body. */
  | { readonly type: "empty" }
  /** A text with this number of characters. */
  | { readonly type: "huge"; readonly characters: number }
  /** The body byte by byte. */
  | { readonly type: "slow-loris"; readonly msPerByte: number };

export type FaultStatus = 400 | 401 | 404 | 408 | 409 | 429 | 500 | 502 | 503 | 504 | 529;

/** Form in which a server states the retry delay; `garbage` is sent unchanged. */
export type RetryAfter =
  | { readonly form: "seconds" | "date" | "milliseconds"; readonly ms: number }
  | { readonly form: "garbage"; readonly text: string };

/** Returns the headers for a retry delay. A date has whole seconds, as in HTTP. */
export function retryAfterHeaders(retryAfter: RetryAfter | undefined): Record<string, string> {
  if (retryAfter === undefined) return {};
  if (retryAfter.form === "garbage") return { "retry-after": retryAfter.text };
  const { form, ms } = retryAfter;
  if (form === "milliseconds") return { "retry-after-ms": String(ms) };
  if (form === "seconds") return { "retry-after": String(ms / 1_000) };
  return { "retry-after": new Date(Date.now() + ms).toUTCString() };
}
