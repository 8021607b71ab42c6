import type { ProviderErrorKind, Usage } from "../contracts/index.ts";

/** Answer of the endpoint, in a form that belongs to no provider. */
export interface ScenarioAnswer {
  /** Name of the model that the endpoint reports. */
  readonly model: string;
  /** The text, in the pieces that a stream delivers. Empty: no text. */
  readonly textPieces: readonly string[];
  readonly toolCalls: readonly ScenarioToolCall[];
  readonly finishReason: "stop" | "length" | "tool_calls" | "content_filter";
  readonly usage: Usage;
}

export interface ScenarioToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON of the arguments, in the pieces that a stream delivers if the API supports pieces. */
  readonly argumentPieces: readonly string[];
}

/** Kinds of failure that an endpoint can answer with. */
export type FailureKind = Exclude<
  ProviderErrorKind,
  "connection" | "incomplete" | "saturated" | "unsupported" | "unknown"
>;

/** Refusal of the endpoint. The set-up writes it in the provider's way: status, headers, body. */
export interface ScenarioFailure {
  readonly kind: FailureKind;
  readonly status: number;
  /** Text of the provider. It quotes the prompt and the key, as providers do. */
  readonly message: string;
  readonly requestId: string;
  /** A multiple of 1,000, because the header holds whole seconds. */
  readonly retryAfterMs?: number | undefined;
}

/** Behaviour of an endpoint for every call. Plain data. */
export type Scenario =
  | { readonly type: "answer"; readonly answer: ScenarioAnswer }
  | { readonly type: "failure"; readonly failure: ScenarioFailure }
  /** Accepts the request and never answers. */
  | { readonly type: "stall" }
  /** Status 200 and a body that is neither JSON nor an event stream of the provider. */
  | { readonly type: "garbage" }
  /**
   * Status 200 and part of the answer: a stream's content without its end, or the first half of another
   * body.
   */
  | {
      readonly type: "broken";
      readonly answer: ScenarioAnswer;
      /** `cut`: the connection is dropped. `silent`: the body ends normally. `stall`: nothing more comes. */
      readonly ending: "cut" | "silent" | "stall";
    }
  /** A stream's content, then an error event instead of its end. Calls that do not stream are answered. */
  | { readonly type: "stream-error"; readonly answer: ScenarioAnswer; readonly failure: ScenarioFailure };

/** A call as the endpoint received it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; `undefined` if there was no body. */
  readonly body: unknown;
  /** Body as it came, for an endpoint that verifies a signature over it. */
  readonly text?: string | undefined;
  /** Resolves when the connection is done with this call: answered, or closed by either side. */
  readonly closed: Promise<void>;
}
