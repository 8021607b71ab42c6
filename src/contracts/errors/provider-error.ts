import { RouterError } from "./router-error.ts";

/**
 * Kinds of a provider's failure. Retryable by default: `rate-limit`, `overloaded`, `server`,
 * `conflict`, `timeout`, `connection`, `incomplete`.
 */
export type ProviderErrorKind =
  | "authentication"
  | "permission"
  | "not-found"
  | "invalid-request"
  | "too-large"
  | "context-overflow"
  | "content-filter"
  | "rate-limit"
  | "overloaded"
  | "server"
  | "conflict"
  | "timeout"
  | "connection"
  /** A stream that ended before its end, or an answer that cannot be read. */
  | "incomplete"
  /** The request asks for what the adapter cannot do: it was never sent. */
  | "unsupported"
  | "unknown";

const retryableKinds: ReadonlySet<ProviderErrorKind> = new Set([
  "rate-limit",
  "overloaded",
  "server",
  "conflict",
  "timeout",
  "connection",
  "incomplete",
]);

export interface ProviderErrorOptions {
  readonly kind: ProviderErrorKind;
  /** Name of the model, `provider:model`. */
  readonly model: string;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Default: by kind. */
  readonly retryable?: boolean | undefined;
  /** Milliseconds that the provider asks to wait, at least 0; anything else is taken as absent. */
  readonly retryAfterMs?: number | undefined;
  /** What went wrong, in our words: no text of the provider, which may quote the prompt. */
  readonly summary?: string | undefined;
  /** The provider's own text. Kept non-enumerable, so that no logger meets it by chance. */
  readonly detail?: string | undefined;
}

/** A call of a model failed. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly model: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The provider's own text; may quote the prompt. Non-enumerable. */
  declare readonly detail: string | undefined;
  /** Text that a stream had delivered before it failed. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(options: ProviderErrorOptions) {
    const status = options.status === undefined ? "" : `, status ${options.status}`;
    const request = options.requestId === undefined ? "" : `, request ${options.requestId}`;
    const summary = options.summary === undefined ? "" : `: ${options.summary}`;
    super("provider", `${options.model} failed (${options.kind}${status}${request})${summary}`);
    this.kind = options.kind;
    this.model = options.model;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable ?? retryableKinds.has(options.kind);
    const { retryAfterMs } = options;
    this.retryAfterMs = retryAfterMs !== undefined && retryAfterMs >= 0 ? retryAfterMs : undefined;
    // Non-enumerable; and no `cause`, which console.log prints all the same: SDK errors carry the
    // provider's text, headers and request.
    Object.defineProperty(this, "detail", { value: options.detail, enumerable: false });
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    ProviderError.prototype.name = "ProviderError";
  }
}
