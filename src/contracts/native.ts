import type { ReasoningEffort } from "./chat.ts";

/** An interface other than our own in which a request can come in, and which a model may speak itself. */
export type NativeProtocol = "messages" | "responses" | "generateContent";

/**
 * A request as its sender wrote it, next to the chat request that it was translated to. A model that speaks the protocol
 * sends it on as it came, but for what constraints and money depend on and for thinking that the model cannot read: the
 * guide says which fields are replaced or left out. Both must ask for the same: facts come from the chat request. What
 * only the text holds is read by `request.text.all()`, and counted by bounds on cost, context windows and `maxCharacters`.
 */
export interface NativeRequest {
  readonly protocol: NativeProtocol;
  /** Body as JSON text: an object. */
  readonly text: string;
  /**
   * Headers that belong to the body, by name in lower case: `anthropic-version` and `anthropic-beta`, or `openai-beta`. No
   * other is taken: a credential would replace that of the model.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** True for a request that its translation does not say in full: a model gets it as it came, or not at all. */
  readonly only?: boolean | undefined;
  /** Fields that the translation leaves out: `attempt.dropped` names them where a model gets the translation. At most 100. */
  readonly leftOut?: readonly string[] | undefined;
  /** Types of the tools in the text that its provider runs, as `RequestFacts.providerTools` has them. At most 100. */
  readonly providerTools?: readonly string[] | undefined;
  /** Kinds of what the text names and its provider keeps, as `RequestFacts.providerState` has them. At most 100. */
  readonly providerState?: readonly string[] | undefined;
  /** Reasoning effort in place of that of the text. Absent: that of the text. */
  readonly effort?: ReasoningEffort | undefined;
}
