/**
 * Tokens of one or more calls. Two totals that include everything, and parts of them that exclude each other. A part
 * that is absent was not reported.
 */
export interface Usage {
  /** All input tokens, including those read from and written to a cache. */
  readonly inputTokens: number;
  /** All output tokens, including reasoning. */
  readonly outputTokens: number;
  /** Input read from the provider's prompt cache. */
  readonly cachedInputTokens?: number | undefined;
  /** Input written to the provider's prompt cache, for whatever time. */
  readonly cacheWriteTokens?: number | undefined;
  /** Part of `cacheWriteTokens` that is kept for an hour. The rest is kept for the usual time, often five minutes. */
  readonly cacheWrite1hTokens?: number | undefined;
  /** Input that is sound and was not read from a cache. Absent: none was reported. */
  readonly audioInputTokens?: number | undefined;
  /** Part of `cachedInputTokens` that is sound. */
  readonly cachedAudioInputTokens?: number | undefined;
  /** Input that is images and was not read from a cache. */
  readonly imageInputTokens?: number | undefined;
  /** Output that is reasoning. */
  readonly reasoningTokens?: number | undefined;
  /** Output that is sound. */
  readonly audioOutputTokens?: number | undefined;
  /** Output that is images. */
  readonly imageOutputTokens?: number | undefined;
  /** Searches of the web that the provider ran for the call, which have a fee of their own. Absent: none was reported. */
  readonly searches?: number | undefined;
  /**
   * Class of service in which the call was answered, as the provider names it in small letters: `flex`, `priority`,
   * `batch` … Absent: the standard one, or several calls.
   */
  readonly serviceTier?: string | undefined;
}
