import { MissingDependencyError } from "../contracts/errors/index.ts";

/** Loads the OpenAI SDK, which is a peer. Rejects with `MissingDependencyError`, which names what to install. */
export async function loadOpenAi(neededBy: string): Promise<typeof import("openai")> {
  // Within `try`, so that a bundler which does not find the package warns and goes on.
  try {
    return await import("openai");
  } catch (cause) {
    throw new MissingDependencyError("openai", neededBy, { cause });
  }
}
