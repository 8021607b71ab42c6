import { InvalidOptionError, notShown, type ProviderOptions } from "../../../contracts/index.ts";
import type { FilledOptions, OptionTable } from "../../../plugin/index.ts";
import { type OpenOption, providerOptions, readProviderOptions } from "./provider-options.ts";
import { authOption, locationOption, projectOption, vertexHost } from "./vertex-place.ts";

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

type Open = OpenOption | "vertex" | "apiVersion";

export const googleOptions: OptionTable<GoogleOptions, Open> = {
  ...providerOptions,
  vertex: {
    is: "table",
    of: {
      project: projectOption,
      location: { ...locationOption, default: "global" },
      auth: authOption,
    },
    optional: true,
  },
  // It becomes a part of the address, so that other characters could name another host.
  apiVersion: {
    is: "text",
    pattern: /^v\d[a-z0-9]{0,15}$/,
    optional: true,
    expected: 'a version, for instance "v1beta"',
  },
};

/** Returns the options of `google()`. Throws `InvalidOptionError`. */
export function readGoogleOptions(model: unknown, given: GoogleOptions): FilledOptions<GoogleOptions, Open> {
  const options = readProviderOptions("google", googleOptions, model, given);
  const { headers = {}, vertex } = options;
  for (const header of Object.keys(headers)) {
    if (/^x-goog-api-(?:key|client)$/i.test(header) || (vertex && /^authorization$/i.test(header)))
      throw new InvalidOptionError(`google.headers.${header}`, notShown, "absent: the package sets it");
  }
  if (vertex !== undefined && options.apiKey !== undefined)
    throw new InvalidOptionError(
      "google.apiKey",
      notShown,
      "absent with google.vertex, which takes google.vertex.auth or the environment's credentials",
    );
  return options;
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
