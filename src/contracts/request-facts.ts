import type { Labels } from "./model.ts";
import type { NativeProtocol } from "./native.ts";

/**
 * Facts of a request, normalised once. Classifiers, constraints, policies and checks read these and never
 * the raw messages. Texts are bounded whatever the length of the request.
 */
export interface RequestFacts {
  /**
   * Text of the last user message, as it was sent. At most `ASK_CHARACTERS` long: head and tail of a longer
   * one. Search `text.all()` for words that must not be missed.
   */
  readonly ask: string;
  /** Earlier user and assistant turns, newest last. At most `WINDOW_CHARACTERS` long. */
  readonly window: string;
  /**
   * The texts without what a coding agent wrote into them. Absent if there is nothing of that kind. The router asks the classifier
   * about both. Of an agent that is believed this one's complexity counts, else the higher one; both are
   * recorded as the signals `typed` and `whole`.
   */
  readonly typed?: TypedText | undefined;
  /** Length of the ask before it was cut to the bound, in UTF-16 code units. */
  readonly askCharacters: number;
  /**
   * Length of all texts of the request, whatever their place. Of a body that goes as its sender wrote it, what its translation
   * lacks counts once it is more than a third, or decides about `maxCharacters`.
   */
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
   * Tools that the provider runs, and not the caller, by their types and each once: `web_search_20250305`, `mcp`. At most 32
   * names.
   */
  readonly providerTools?: readonly string[] | undefined;
  /** Interface that `providerTools` came by: only models that speak it would run them. Absent: any model might. */
  readonly protocol?: NativeProtocol | undefined;
  /** Kinds of what the request names and one provider keeps, each once: `container`, `file`. Absent: nothing, or a `file-id`. */
  readonly providerState?: readonly string[] | undefined;
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
  /** Name of the coding agent that sent the request, if it is known and believed. */
  readonly codingAgent?: string | undefined;
  /** All text of the request, for detectors: `text.all()`. */
  readonly text: RequestText;
}

/** The whole text of a request. An object and not a string, so that no serialiser meets the text by chance. */
export interface RequestText {
  /**
   * Returns all text that leaves with the request: system prompts, all turns, tool output, calls and their
   * arguments, names, tools, metadata, text files, fields that are not known. Neither cut nor without reminders. Where characters can hide
   * a word (invisible, full-width or look-alike ones, accents), the text follows once more without them. It
   * takes time linear in the text, once a request; images and binary files are not read. Throws if the request
   * is nested too deeply to be read.
   */
  all(): string;
}

/** The part of a request's text that a human typed, with the bounds of `RequestFacts`. The window has no turns of the assistant. */
export interface TypedText extends Pick<RequestFacts, "ask" | "window" | "askCharacters"> {
  /** True if the agent that wrote the rest is believed, so that this part alone decides about the complexity. */
  readonly isBelieved: boolean;
}

/** `RequestFacts` without text, as decisions and logs store them. */
export type RecordedFacts = Omit<RequestFacts, "ask" | "window" | "typed" | "text">;
