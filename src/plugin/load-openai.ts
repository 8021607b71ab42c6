import { MissingDependencyError } from "../contracts/errors/index.ts";

/** Loads the OpenAI SDK, which is a peer. Rejects with `MissingDependencyError`, which names what to install. */
export function loadOpenAi(neededBy: string): Promise<typeof import("openai")> {
  return import("openai").catch((cause: unknown) => {
    throw new MissingDependencyError("openai", neededBy, { cause });
  });
}
