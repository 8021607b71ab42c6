import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError, MissingConfigurationError, ProviderError } from "../../../contracts/index.ts";
import { cleanDetail } from "../../../plugin/clean-detail.ts";
import { systemCode } from "../../../plugin/http/system-code.ts";

/** Failure of a library to find a credential, and where it had looked. */
export interface CredentialFailure {
  /** Name of the model, `provider:model`. */
  readonly model: string;
  readonly error: unknown;
  /** True if there is no credential at all: it was found nowhere. */
  readonly isAbsent: boolean;
  /** Places that were looked at, with what to do: "AWS_ACCESS_KEY_ID (not set), …". */
  readonly places: string;
  /** Variables of the environment, one of which would bring a credential. */
  readonly variables: readonly string[];
}

/**
 * Converts what a library of a platform threw instead of a credential. Its errors carry requests with secrets, so that
 * no cause is kept: only its text, without what looks like a secret, in `detail`.
 */
export function credentialFailure(failure: CredentialFailure): unknown {
  const { model, error, isAbsent, places, variables } = failure;
  if (isRouterError(error)) return error;
  if (isAbsent)
    return new MissingConfigurationError(`${model} has no credentials. Looked for: ${places}`, variables);
  const code = systemCode(error);
  const status = statusOf(error);
  const isLater = code !== undefined && /^(?:E[A-Z_]+|UND_ERR_\w+)$/.test(code) && !ofFiles.has(code);
  const kind =
    isLater || (status !== undefined && (status >= 500 || status === 429)) ? "connection" : "authentication";
  const what = code === undefined || !/^\w{1,60}$/.test(code) ? errorType(error) : code;
  return new ProviderError({
    kind,
    model,
    mayBeBilled: false,
    summary: `no credentials could be obtained (${what}${status === undefined ? "" : `, status ${status}`}). Looked at: ${places}`,
    detail: cleanDetail(textOf(error), undefined, model),
  });
}

/** Codes of a file that cannot be read, which do not pass by waiting. */
const ofFiles: ReadonlySet<string> = new Set(["ENOENT", "EACCES", "EISDIR", "ENOTDIR", "EPERM", "EINVAL"]);

/** The error of an issuer of credentials that does not answer. */
export function lateCredential(model: string, places: string): ProviderError {
  const summary = `no credentials came within 30 s. Looked at: ${places}`;
  return new ProviderError({ kind: "timeout", model, mayBeBilled: false, summary });
}

function statusOf(error: unknown): number | undefined {
  const { status, statusCode, response } = (error ?? {}) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
    readonly response?: { readonly status?: unknown };
  };
  const found = [status, statusCode, response?.status].find((one) => one !== undefined);
  return typeof found === "number" && found >= 100 && found <= 599 ? found : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : errorType(error);
}

/** Lists variables, each with "set" or "not set". No value is shown. */
export function variablesWith(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return names.map((name) => `${name} (${environment[name]?.trim() ? "set" : "not set"})`).join(", ");
}
