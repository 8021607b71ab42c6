import { MissingDependencyError } from "../../../contracts/index.ts";
import { type ArchivedPackage, withArchivedPackage } from "./google-archived.ts";
import { type GenAiPackage, withGenAi } from "./google-genai.ts";
import type { LoadGoogleSdk } from "./google-sdk.ts";

/**
 * Loads `@google/genai`, else the archived `@google/generative-ai`, which has no Vertex AI. Rejects with
 * `MissingDependencyError` if neither is installed.
 */
export const loadGoogleSdk: LoadGoogleSdk = async (options) => {
  let cause: unknown;
  // Within `try`, so that a bundler which does not find a package warns and goes on.
  try {
    return withGenAi((await import("@google/genai")) as unknown as GenAiPackage, options);
  } catch (error) {
    cause = error;
  }
  if (options.endpoint.vertex === undefined) {
    try {
      return withArchivedPackage(
        (await import("@google/generative-ai")) as unknown as ArchivedPackage,
        options,
      );
    } catch {
      // The error names the package to install.
    }
  }
  throw new MissingDependencyError("@google/genai", "google()", { cause });
};
