import { InvalidOptionError } from "../../../contracts/index.ts";

/**
 * The way to send calls. `direct`: by this package, which takes less than half the CPU. `sdk`: through OpenAI's
 * SDK, whose `fetch` is this package's transport. Answers and errors are the same; batches always go through
 * the SDK.
 */
export type OpenAiClient = "direct" | "sdk";

/** Throws `InvalidOptionError` for an unknown client. */
export function checkClient(owner: string, client: unknown): void {
  if (client !== undefined && client !== "direct" && client !== "sdk")
    throw new InvalidOptionError(`${owner}.client`, client, '"direct" or "sdk"');
}
