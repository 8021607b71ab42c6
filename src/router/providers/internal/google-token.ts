import { MissingDependencyError } from "../../../contracts/index.ts";
import { lateCredential } from "./credential-failure.ts";
import { googleCredentialFailure, placesOf } from "./google-credentials.ts";
import { sharedCredential } from "./shared-credential.ts";
import { type TokenSource, tokenSource } from "./token-source.ts";

/** The part of a `GoogleAuth` of `google-auth-library`, 9 to 11, that is used. */
interface GoogleAuth {
  getClient(): Promise<{
    getAccessToken(): Promise<{ readonly token?: string | null }>;
    readonly credentials?: { readonly expiry_date?: number | null };
  }>;
}

const scope = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Returns a function that obtains access tokens of Google Cloud through the package `google-auth-library`: from
 * `auth`, its options, else from the environment (Application Default Credentials). With `project` the package does not look for
 * one: it would start `gcloud`, which takes a second of the first call.
 */
export function googleToken(
  model: string,
  project: string,
  auth: Readonly<Record<string, unknown>> | undefined,
): TokenSource {
  let loaded: GoogleAuth | undefined;
  return tokenSource(
    sharedCredential<string>({
      late: () => lateCredential(model, placesOf(auth)),
      obtain: async () => {
        try {
          loaded ??= await loadAuth(project, auth);
          const client = await loaded.getClient();
          const { token } = await client.getAccessToken();
          if (typeof token !== "string" || token === "") throw new Error("no token");
          return { value: token, expiresAt: client.credentials?.expiry_date ?? undefined };
        } catch (error) {
          // The package remembers that it found nothing: the next call begins again.
          loaded = undefined;
          throw googleCredentialFailure(model, error, auth);
        }
      },
    }),
  );
}

async function loadAuth(
  projectId: string,
  auth: Readonly<Record<string, unknown>> | undefined,
): Promise<GoogleAuth> {
  let library: typeof import("google-auth-library");
  try {
    library = await import("google-auth-library");
  } catch (cause) {
    throw new MissingDependencyError("google-auth-library", "vertex()", { cause });
  }
  return new library.GoogleAuth({ scopes: [scope], projectId, ...auth }) as unknown as GoogleAuth;
}
