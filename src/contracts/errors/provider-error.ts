import { RouterError } from "./router-error.ts";

/**
 * Kinds of failure of a provider. Retryable by default: `rate-limit`, `overloaded`, `server`,
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
  /** A stream that broke off, or an answer that cannot be read. */
  | "incomplete"
  /** A request that the adapter cannot translate. It was never sent. */
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

/** Facts about the failure of a call. */
export interface ProviderErrorOptions {
  readonly kind: ProviderErrorKind;
  /** Name of the model, `provider:model`. */
  readonly model: string;
  /** HTTP status, if there was one. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** True if the same call may succeed later. Default: by kind. */
  readonly retryable?: boolean | undefined;
  /** Wait that the provider asks for in milliseconds, at least 0. Other values count as absent. */
  readonly retryAfterMs?: number | undefined;
  /** Description of the failure in our words. It has no text of the provider, which may quote the prompt. */
  readonly summary?: string | undefined;
  /** Text of the provider. It is kept non-enumerable, so that no logger meets it by chance. */
  readonly detail?: string | undefined;
}

/** Thrown when a call of a model fails. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly model: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Text of the provider, which may quote the prompt. Non-enumerable. */
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
    // Non-enumerable; and no `cause`, which console.log prints anyway: SDK errors carry the provider's text,
    // headers and request.
    Object.defineProperty(this, "detail", { value: options.detail, enumerable: false });
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    ProviderError.prototype.name = "ProviderError";
  }
}
