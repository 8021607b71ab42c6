/**
 * The way to send calls. `direct`: by this package, which takes less than half the CPU. `sdk`: through OpenAI's
 * SDK, whose `fetch` is this package's transport. Answers and errors are the same; batches always go through
 * the SDK.
 */
export type OpenAiClient = "direct" | "sdk";

export const clientOption = { is: "choice", of: ["direct", "sdk"], default: "direct" } as const;
