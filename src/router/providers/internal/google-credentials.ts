import { environment } from "../../../plugin/environment.ts";
import { credentialFailure, variablesWith } from "./credential-failure.ts";

const variables = ["GOOGLE_APPLICATION_CREDENTIALS"];

/** Converts what `google-auth-library` threw instead of a token. */
export function googleCredentialFailure(model: string, error: unknown, auth: object | undefined): unknown {
  return credentialFailure({ model, error, isAbsent: isAbsent(error), places: placesOf(auth), variables });
}

/** Says where credentials of Google Cloud were looked for. */
export function placesOf(auth: object | undefined): string {
  if (auth !== undefined) return "the option auth";
  return `${variablesWith(variables, environment())} for a file of a service account or of workload identity, application_default_credentials.json in the folder of gcloud, and the service account of this machine (metadata server). Set one, or run: gcloud auth application-default login`;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Could not load the default credentials");
}
