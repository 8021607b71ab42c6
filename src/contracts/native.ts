/** An interface other than our own in which a request can come in, and which a model may speak itself. */
export type NativeProtocol = "messages" | "responses";

/**
 * A request as its sender wrote it, next to the chat request that it was translated to. A model that speaks the protocol
 * sends it on as it came: only the model's name, the output limit under a bound, and thinking that the model cannot read
 * are replaced. Both must ask for the same: constraints, budgets and facts come from the chat request.
 */
export interface NativeRequest {
  readonly protocol: NativeProtocol;
  /** Body as JSON text: an object. */
  readonly text: string;
  /** Headers that belong to the body (versions, betas), by name in lower case. Never credentials. */
  readonly headers: Readonly<Record<string, string>>;
}
