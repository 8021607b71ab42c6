import type { ProviderErrorKind, Usage } from "../contracts/index.ts";

/** What the endpoint answers, in no provider's vocabulary. */
export interface ScenarioAnswer {
  /** The model that the endpoint says has answered. */
  readonly model: string;
  /** The text, in the pieces in which a stream delivers it. Empty: no text at all. */
  readonly textPieces: readonly string[];
  readonly toolCalls: readonly ScenarioToolCall[];
  readonly finishReason: "stop" | "length" | "tool_calls" | "content_filter";
  readonly usage: Usage;
}

export interface ScenarioToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON of the arguments, in the pieces in which a stream delivers it where the API can. */
  readonly argumentPieces: readonly string[];
}

/** Kinds of failure that an endpoint can answer with. */
export type FailureKind = Exclude<ProviderErrorKind, "connection" | "incomplete" | "unsupported" | "unknown">;

/** How the endpoint refuses. The set-up writes it the provider's way: status, headers, body. */
export interface ScenarioFailure {
  readonly kind: FailureKind;
  readonly status: number;
  /** The provider's own words. They quote the prompt and the key, as providers do. */
  readonly message: string;
  readonly requestId: string;
  /** Whole seconds. */
  readonly retryAfterMs?: number | undefined;
}

/** What an endpoint does with every call. Plain data. */
export type Scenario =
  | { readonly type: "answer"; readonly answer: ScenarioAnswer }
  | { readonly type: "failure"; readonly failure: ScenarioFailure }
  /** Accepts the request and never answers. */
  | { readonly type: "stall" }
  /** Status 200 and a body that is no JSON and no event stream of the provider's. */
  | { readonly type: "garbage" }
  /** Status 200 and a part of the answer: a stream's content without its end, the first half of any other body. */
  | {
      readonly type: "broken";
      readonly answer: ScenarioAnswer;
      /** `cut`: the connection is dropped. `silent`: the body ends normally. `stall`: nothing more comes. */
      readonly ending: "cut" | "silent" | "stall";
    }
  /** A stream's content, then an error event instead of its end. A call that does not stream is answered. */
  | { readonly type: "stream-error"; readonly answer: ScenarioAnswer; readonly failure: ScenarioFailure };

/** A call as the endpoint saw it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; `undefined` where there was no body. */
  readonly body: unknown;
  /** Resolves when the connection's part in this call is over: answered, or closed by either side. */
  readonly closed: Promise<void>;
}
