import type { Labels } from "./model.ts";

/**
 * A request, normalised once. Classifiers, constraints, policies and checks read this and never the
 * raw messages. Texts are bounded whatever the length of the request.
 */
export interface RequestFacts {
  /**
   * The last thing a human asked: harness reminders and tool output left out; at most
   * `ASK_CHARACTERS` long (head and tail of a longer one).
   */
  readonly ask: string;
  /** Earlier human and assistant turns, newest last, at most `WINDOW_CHARACTERS` long. */
  readonly window: string;
  /** Length of the ask before it was cut to the bound, in UTF-16 code units. */
  readonly askCharacters: number;
  /** Length of all texts of the request: system prompts, turns and tool output, tools included. */
  readonly characters: number;
  /** Estimated (or, with `inputTokensExact`, counted) tokens of the whole input. */
  readonly inputTokens: number;
  readonly inputTokensExact?: boolean | undefined;
  /** min(asked limit, 300); a model's running mean replaces it where one is known. */
  readonly expectedOutputTokens: number;
  /** The limit that the request asked for. */
  readonly maxOutputTokens?: number | undefined;
  /** Human turns, this one included. */
  readonly turns: number;
  /** Tools offered. */
  readonly tools: number;
  readonly images: number;
  /**
   * What the parts hold beside text, each kind once, at most `CONTENT_TYPES`: a media type
   * (`image/png`), `file-id` (a file that one provider keeps) or `unknown`. Absent: text alone, or
   * images by URL, whose type is not told.
   */
  readonly contentTypes?: readonly string[] | undefined;
  /** Whether the last assistant turn called tools: their results, or an answer to them, are due. */
  readonly toolLoopPending: boolean;
  /** Whether an answer by a JSON schema is asked for. */
  readonly jsonSchema: boolean;
  readonly reasoningEffort?: string | undefined;
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  readonly labels: Labels;
  readonly category?: string | undefined;
  /** ISO 639-1 code, where the caller said it. */
  readonly language?: string | undefined;
}

/** `RequestFacts` without text: what decisions and logs hold. */
export type RecordedFacts = Omit<RequestFacts, "ask" | "window">;
