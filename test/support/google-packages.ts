import type { Model } from "../../src/contracts/index.ts";
import {
  type ArchivedPackage,
  withArchivedPackage,
} from "../../src/router/providers/internal/google-archived.ts";
import { type GenAiPackage, withGenAi } from "../../src/router/providers/internal/google-genai.ts";
import { createGoogleModel } from "../../src/router/providers/internal/google-model.ts";
import type { GoogleOptions } from "../../src/router/providers/internal/google-options.ts";
import type { LoadGoogleSdk } from "../../src/router/providers/internal/google-sdk.ts";

export interface GooglePackage {
  /** Name and major version. */
  readonly name: string;
  readonly hasVertex: boolean;
  google(model: string, options?: GoogleOptions): Model;
}

const genAi =
  (load: () => Promise<unknown>): LoadGoogleSdk =>
  async (options) =>
    withGenAi((await load()) as GenAiPackage, options);
const archived: LoadGoogleSdk = async (options) =>
  withArchivedPackage((await import("@google/generative-ai")) as unknown as ArchivedPackage, options);

const packageOf = (name: string, hasVertex: boolean, load: LoadGoogleSdk): GooglePackage => ({
  name,
  hasVertex,
  google: (model, options = {}) => createGoogleModel(model, options, load),
});

/** False where the newest major is not tested: it needs Node 22. */
export const hasNewest: boolean = Number(process.versions.node.split(".")[0]) >= 22;

/** Each package, and each major version of it, that `google()` can call a model through. */
export const googlePackages: readonly GooglePackage[] = [
  packageOf(
    "@google/genai 1",
    true,
    genAi(() => import("google-genai-1")),
  ),
  packageOf(
    "@google/genai 2",
    true,
    genAi(() => import("@google/genai")),
  ),
  ...(hasNewest
    ? [
        packageOf(
          "@google/genai 3",
          true,
          genAi(() => import("google-genai-3")),
        ),
      ]
    : []),
  packageOf("@google/generative-ai", false, archived),
];

/** Makes models through the archived package, although the other one is installed too. */
export const archivedGoogle = (googlePackages.at(-1) as GooglePackage).google;
