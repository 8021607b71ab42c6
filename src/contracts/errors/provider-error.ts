import type { LackedCapability } from "../capabilities.ts";
import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

/**
 * Kinds of failure of a provider. Retryable by default: `rate-limit`, `overloaded`, `saturated`,
 * `server`, `conflict`, `timeout`, `connection`, `incomplete`.
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
  /** An own server that has no room for the call right now. It does not count as a failure, and opens no breaker. */
  | "saturated"
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
  "saturated",
  "server",
  "conflict",
  "timeout",
  "connection",
  "incomplete",
]);

/** Kinds after which it is not known what a provider did: it may have worked until we lost it. */
const lostKinds: ReadonlySet<ProviderErrorKind> = new Set(["timeout", "connection", "incomplete", "unknown"]);

/** Statuses of something in front of a provider that lost its answer: 502, 504, and Cloudflare's own. */
const lostStatus = (status = 0) => status === 502 || status === 504 || (status >= 520 && status <= 527);

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
  /**
   * True if the provider may bill the call: its request was sent, and no error in the provider's own form refuses it.
   * Default: for the kinds `timeout`, `connection`, `incomplete` and `unknown`, and for the statuses 502, 504 and 520 to
   * 527, which a gateway sends.
   */
  readonly mayBeBilled?: boolean | undefined;
  /** Wait that the provider asks for in milliseconds, at least 0. Other values count as absent. */
  readonly retryAfterMs?: number | undefined;
  /**
   * Description of the failure, for the message: in our words, or the provider's where they are known to hold
   * neither prompt text nor a secret.
   */
  readonly summary?: string | undefined;
  /** Text of the provider. It is kept non-enumerable, so that no logger meets it by chance. */
  readonly detail?: string | undefined;
  /**
   * True for a request that this model refused and that is not known to be at fault itself: one other model is asked. Read
   * with `invalid-request` and `too-large` only, which end the request otherwise. Default false.
   */
  readonly otherMayAnswer?: boolean | undefined;
  /** The capability that the model lacks for the request, by the words of its refusal. */
  readonly lacks?: LackedCapability | undefined;
  /** The model's true window in tokens, where the text of a context overflow states it. */
  readonly contextWindow?: number | undefined;
  /** The provider's own code of the failure: `unsupported_value`. */
  readonly providerCode?: string | undefined;
  /** The field of the request that the provider names: `messages[0].role`. */
  readonly param?: string | undefined;
  /** Text that the model had written before it failed. */
  readonly partialText?: string | undefined;
}

const inspectSymbol: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
/** Set on an error whose `detail` a reader may see. Shared by two copies of the package. */
const cleanMark = Symbol.for("switchpoint.detailIsClean");

/** Thrown when a call of a model fails. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly model: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  /** True if the provider may bill the call: see `ProviderErrorOptions`. */
  readonly mayBeBilled: boolean;
  readonly retryAfterMs: number | undefined;
  /** True if another model may accept what this one refused: see `ProviderErrorOptions`. */
  readonly otherMayAnswer: boolean;
  /** The capability that the model lacks for the request, by the words of its refusal. */
  readonly lacks: LackedCapability | undefined;
  /** The model's true window in tokens, where the text of a context overflow states it. */
  readonly contextWindow: number | undefined;
  /** The provider's own code of the failure. */
  readonly providerCode: string | undefined;
  /** The field of the request that the provider names. */
  readonly param: string | undefined;
  /** Attempts of a request that two models refused; undefined for others. Non-enumerable. */
  declare attempts: readonly Attempt[] | undefined;
  /**
   * Text of the provider. A router removes what it holds of the request and of keys, at most 2,000 characters
   * are left, and `console.error` shows it. In an error of a model that is called without a router it is as
   * the provider sent it, and not shown. Non-enumerable.
   */
  declare readonly detail: string | undefined;
  /** Text that a stream had delivered before it failed, or that a model wrote and its server refused. Non-enumerable. */
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
    this.mayBeBilled = options.mayBeBilled ?? (lostKinds.has(options.kind) || lostStatus(options.status));
    const { retryAfterMs } = options;
    this.retryAfterMs = retryAfterMs !== undefined && retryAfterMs >= 0 ? retryAfterMs : undefined;
    this.otherMayAnswer = options.otherMayAnswer ?? false;
    this.lacks = options.lacks;
    this.contextWindow = options.contextWindow;
    this.providerCode = options.providerCode;
    this.param = options.param;
    // Non-enumerable; and no `cause`, which console.log prints anyway: SDK errors carry the provider's text,
    // headers and request.
    Object.defineProperty(this, "detail", { value: options.detail, enumerable: false, configurable: true });
    Object.defineProperty(this, "partialText", {
      value: options.partialText,
      enumerable: false,
      writable: true,
    });
    Object.defineProperty(this, "attempts", { value: undefined, enumerable: false, writable: true });
  }

  static {
    ProviderError.prototype.name = "ProviderError";
    // Not a method, so that the type does not show it.
    Object.defineProperty(ProviderError.prototype, inspectSymbol, { value: inspectWithDetail });
  }
}

/**
 * Replaces the detail of an error by what a reader may see of it, which `console.error` then shows. `said` is
 * added to the message, once: words that are known to hold neither prompt text nor a secret.
 */
export function showDetail(error: ProviderError, detail: string, said: string | undefined): void {
  const isFirst = !showsDetail(error);
  Object.defineProperty(error, "detail", { value: detail, enumerable: false, configurable: true });
  if (!isFirst) return;
  Object.defineProperty(error, cleanMark, { value: true, enumerable: false });
  if (said === undefined) return;
  const { message, stack } = error;
  error.message = `${message}: the server says: ${said}`;
  if (stack?.includes(message)) error.stack = stack.replace(message, () => error.message);
}

/** Removes the code or the field that a provider names, where it is not one that a reader may see. */
export function hideName(error: ProviderError, name: "providerCode" | "param"): void {
  Object.defineProperty(error, name, { value: undefined, enumerable: true, configurable: true });
}

/** True if the detail was replaced by `showDetail`. */
export function showsDetail(error: ProviderError): boolean {
  return cleanMark in error;
}

/** Text for Node's `inspect`, and so for `console.error`: as for any error, with the provider's text below. */
function inspectWithDetail(
  this: ProviderError,
  _depth: number,
  options: object,
  inspect: (value: unknown, options: object) => string,
): string {
  const plain = inspect(this, { ...options, customInspect: false });
  if (!showsDetail(this) || this.detail === undefined || this.detail === "") return plain;
  const lines = this.detail.split("\n").map((line) => `    ${line}`);
  return `${plain}\n  detail:\n${lines.join("\n")}`;
}
