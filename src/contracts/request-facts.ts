import type { Labels } from "./model.ts";

/**
 * Facts of a request, normalised once. Classifiers, constraints, policies and checks read these and never
 * the raw messages. Texts are bounded whatever the length of the request.
 */
export interface RequestFacts {
  /**
   * Last text that a human wrote, without harness reminders and tool output. At most `ASK_CHARACTERS`
   * long: head and tail of a longer one.
   */
  readonly ask: string;
  /** Earlier human and assistant turns, newest last. At most `WINDOW_CHARACTERS` long. */
  readonly window: string;
  /** Length of the ask before it was cut to the bound, in UTF-16 code units. */
  readonly askCharacters: number;
  /** Length of all texts of the request: system prompts, turns, tool output and tools. */
  readonly characters: number;
  /** Tokens of the whole input: estimated, or counted if `inputTokensExact`. */
  readonly inputTokens: number;
  readonly inputTokensExact?: boolean | undefined;
  /**
   * Upper bound of the input tokens with any tokeniser: a token is at least one byte. Counted more closely
   * where that decides. Present only if a bound on cost applies to the request.
   */
  readonly mostInputTokens?: number | undefined;
  /**
   * Expected length of the answer: the smaller of the asked limit and 300, or a model's running mean if
   * known.
   */
  readonly expectedOutputTokens: number;
  /** Limit that the request asks for. */
  readonly maxOutputTokens?: number | undefined;
  /** Number of human turns, including this one. */
  readonly turns: number;
  /** Number of tools offered. */
  readonly tools: number;
  readonly images: number;
  /**
   * Kinds of content besides text, each once, at most `CONTENT_TYPES`: a media type (`image/png`),
   * `file-id` (a file that one provider keeps) or `unknown`. Absent if there is only text, or images by
   * URL, which do not tell their type.
   */
  readonly contentTypes?: readonly string[] | undefined;
  /** True if the last assistant turn called tools, so that their results or an answer to them come next. */
  readonly toolLoopPending: boolean;
  /** True if the answer must follow a JSON schema. */
  readonly jsonSchema: boolean;
  readonly reasoningEffort?: string | undefined;
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  readonly labels: Labels;
  readonly category?: string | undefined;
  /** ISO 639-1 code, if the caller gave one. */
  readonly language?: string | undefined;
}

/** `RequestFacts` without text, as decisions and logs store them. */
export type RecordedFacts = Omit<RequestFacts, "ask" | "window">;
