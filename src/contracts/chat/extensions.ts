/** An image that a model made, in the shape of an image that a request holds. */
export interface ImageOutput {
  type: "image_url";
  image_url: {
    /** The image as `data:image/png;base64,…`, or its address. */
    url: string;
  };
}

/**
 * Fields of answers that OpenAI's chat completions do not have. All of it can be sent back as it is: it reaches the model
 * that wrote it (`written_by`) and no other. In a stream, text is added to text and lists are appended; a `written_by`,
 * a `phase` and a list of `provider_parts` come once.
 */
export interface MessageExtensions {
  /** Text of the reasoning, as far as the provider shows it. */
  reasoning_content?: string | null | undefined;
  /**
   * Thinking with the signature of its writer: `{ type: "thinking", thinking, signature }`, or
   * `{ type: "redacted_thinking", data }`, which only the provider can read.
   */
  thinking_blocks?: readonly object[] | undefined;
  /** Images that the model made. */
  images?: ImageOutput[] | undefined;
  /** OpenAI's mark of what a message is for. Without it later turns are worse. */
  phase?: "commentary" | "final_answer" | null | undefined;
  /**
   * All parts of the message in the order and the form of the provider (Anthropic's blocks, Gemini's parts, items of
   * Responses, Bedrock's blocks). Present if one of them has no other place: a search and its results, code that ran, a
   * signature on text. The adapter sends them back in place of `content` and `tool_calls`, if these still say the same.
   */
  provider_parts?: { [field: string]: unknown }[] | undefined;
  /** Facts about the whole answer that have no other place, under the provider's names: grounding, a container. */
  provider_metadata?: { [field: string]: unknown } | undefined;
  /** Writer of all this: `provider:model` with the provider's name of the model. The router puts it on. */
  written_by?: string | undefined;
}
