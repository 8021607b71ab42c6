import { InvalidOptionError, notShown, type ProviderOptions } from "../../../contracts/index.ts";
import { checkKeys } from "../../../plugin/index.ts";
import { checkProviderOptions } from "./provider-options.ts";
import { checkVertexPlace, vertexHost } from "./vertex-place.ts";

/** Options of `google()`. */
export interface GoogleOptions extends ProviderOptions {
  /** Calls the model on Vertex AI instead of the Gemini API. Needs `@google/genai`. */
  readonly vertex?: VertexOptions | undefined;
  /** Version of the API, a part of the address. Default `v1beta`; on Vertex AI `v1`. */
  readonly apiVersion?: string | undefined;
}

/** Place of a model on Vertex AI. */
export interface VertexOptions {
  /** Google Cloud project. */
  readonly project: string;
  /** Region, for instance `europe-west4`, or `eu`, `us`, `global`. Default `global`. */
  readonly location?: string | undefined;
  /**
   * Options of `google-auth-library`, for instance `{ keyFilename }`. Default: the environment's credentials
   * (Application Default Credentials).
   */
  readonly auth?: Readonly<Record<string, unknown>> | undefined;
}

/** Address of a model's API. */
export interface GoogleEndpoint {
  /** Without a slash at its end, and without a version. */
  readonly baseUrl: string;
  readonly apiVersion: string;
  readonly vertex:
    | { readonly project: string; readonly location: string; readonly auth?: object }
    | undefined;
}

/** Throws `InvalidOptionError` for options that `google()` cannot use. */
export function checkGoogleOptions(model: unknown, options: GoogleOptions): void {
  checkProviderOptions("google", model, options, ["vertex", "apiVersion"]);
  const { headers = {}, apiVersion, vertex } = options;
  for (const header of Object.keys(headers)) {
    if (/^x-goog-api-(?:key|client)$/i.test(header) || (vertex && /^authorization$/i.test(header)))
      throw new InvalidOptionError(`google.headers.${header}`, notShown, "absent: the package sets it");
  }
  // All of these become a part of the address, so that other characters could name another host.
  if (apiVersion !== undefined && !(typeof apiVersion === "string" && /^v\d[a-z0-9]{0,15}$/.test(apiVersion)))
    throw new InvalidOptionError("google.apiVersion", apiVersion, 'a version, for instance "v1beta"');
  if (vertex === undefined) return;
  if (typeof vertex !== "object" || vertex === null)
    throw new InvalidOptionError(
      "google.vertex",
      vertex,
      'an object, for instance { project: "my-project" }',
    );
  checkKeys("google.vertex", vertex, ["project", "location", "auth"]);
  const { project, location, auth } = vertex;
  checkVertexPlace("google.vertex", project, location);
  if (auth !== undefined && (typeof auth !== "object" || auth === null))
    throw new InvalidOptionError(
      "google.vertex.auth",
      notShown,
      "an object of google-auth-library's options",
    );
  if (options.apiKey !== undefined)
    throw new InvalidOptionError(
      "google.apiKey",
      notShown,
      "absent with google.vertex, which takes google.vertex.auth or the environment's credentials",
    );
}

/** Returns the address. It is stated to the packages, which else take one from variables of their own. */
export function endpointOf({ baseUrl, apiVersion, vertex }: GoogleOptions): GoogleEndpoint {
  if (vertex === undefined)
    return {
      baseUrl: (baseUrl ?? "https://generativelanguage.googleapis.com").replace(/\/$/, ""),
      apiVersion: apiVersion ?? "v1beta",
      vertex: undefined,
    };
  const { project, location = "global", auth } = vertex;
  return {
    baseUrl: (baseUrl ?? `https://${vertexHost(location)}`).replace(/\/$/, ""),
    apiVersion: apiVersion ?? "v1",
    vertex: { project, location, ...(auth && { auth }) },
  };
}
