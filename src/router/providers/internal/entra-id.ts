import { MissingDependencyError } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { type OptionTable, readOptions } from "../../../plugin/index.ts";
import { credentialFailure, lateCredential, variablesWith } from "./credential-failure.ts";
import { sharedCredential } from "./shared-credential.ts";
import { type TokenSource, tokenSource } from "./token-source.ts";

/** The part of a credential of `@azure/identity` that is used. */
export interface EntraCredential {
  getToken(
    scope: string,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

export interface EntraOptions {
  /** A credential of `@azure/identity`. Default: its `DefaultAzureCredential`, which is made at the first call. */
  readonly credential?: EntraCredential | undefined;
  /** Default `https://cognitiveservices.azure.com/.default`. */
  readonly scope?: string | undefined;
}

export const entraIdOptions: OptionTable<EntraOptions, "credential"> = {
  credential: {
    is: "object",
    methods: ["getToken"],
    optional: true,
    expected: "a credential of @azure/identity, with getToken()",
  },
  scope: { is: "text", default: "https://cognitiveservices.azure.com/.default" },
};

/** Variables of a service principal, a workload and a managed identity. */
const variables = [
  "AZURE_TENANT_ID",
  "AZURE_CLIENT_ID",
  "AZURE_CLIENT_SECRET",
  "AZURE_FEDERATED_TOKEN_FILE",
  "IDENTITY_ENDPOINT",
];

/**
 * Returns a function for `apiKey` of `azure` that obtains tokens of Microsoft Entra ID through the package
 * `@azure/identity`: one request for many calls, renewed before the token expires.
 *
 *     azure("gpt-5.5", { endpoint, apiVersion, apiKey: entraId() })
 *
 * Throws `InvalidOptionError`. Calls reject with `MissingDependencyError` without the package, with
 * `MissingConfigurationError` where it finds no credential, and with `ProviderError`.
 */
export function entraId(options: EntraOptions = {}): TokenSource {
  const { credential: own, scope } = readOptions("entraId", entraIdOptions, options);
  let loaded: EntraCredential | undefined = own;
  const places = () =>
    own === undefined
      ? `${variablesWith(variables, environment())}, the managed identity of this machine, and the sign-in of Azure's tools (az login)`
      : "the option credential of entraId()";

  return tokenSource(
    sharedCredential<string>({
      late: () => lateCredential("azure", places()),
      obtain: async (abortSignal) => {
        try {
          loaded ??= await usualCredential();
          const issued = await loaded.getToken(scope, { abortSignal });
          if (typeof issued?.token !== "string" || issued.token === "") throw new Error("no token");
          return { value: issued.token, expiresAt: issued.expiresOnTimestamp };
        } catch (error) {
          const failed = { model: "azure", error, isAbsent: isAbsent(error), places: places(), variables };
          throw credentialFailure(failed);
        }
      },
    }),
  );
}

async function usualCredential(): Promise<EntraCredential> {
  try {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new DefaultAzureCredential();
  } catch (cause) {
    throw new MissingDependencyError("@azure/identity", "entraId()", { cause });
  }
}

/** True if each source of a chain says that it has nothing to offer, and none that it was refused. */
function isAbsent(error: unknown): boolean {
  const { name, errors } = (error ?? {}) as { readonly name?: unknown; readonly errors?: unknown };
  if (name === "CredentialUnavailableError") return true;
  return Array.isArray(errors) && errors.length > 0 && errors.length < 100 && errors.every(isAbsent);
}
