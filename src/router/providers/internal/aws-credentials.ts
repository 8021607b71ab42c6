import { InvalidOptionError, MissingConfigurationError, notShown } from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { dropPromises } from "../../../plugin/index.ts";
import { credentialFailure, lateCredential, variablesWith } from "./credential-failure.ts";
import { type IssuedCredential, type SharedCredential, sharedCredential } from "./shared-credential.ts";

/** Credentials of AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Absent: they do not expire, or it is not known when. */
  readonly expiration?: Date | undefined;
}

/** Credentials, or a function that obtains them, for instance one of `@aws-sdk/credential-providers`. */
export type AwsCredentialsOption = AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);

export interface AwsCredentialSource {
  /** Name of the model, `provider:model`. */
  readonly model: string;
  readonly option: AwsCredentialsOption | undefined;
  /** More variables that were looked at, for errors. */
  readonly others?: readonly string[] | undefined;
}

const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
/** Variables from which the package obtains credentials. */
const variables = [
  ...keys,
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];
const library = "@aws-sdk/credential-provider-node";

/**
 * Shares credentials of AWS among calls: the option; else `AWS_ACCESS_KEY_ID` and its like; else what the package
 * `@aws-sdk/credential-provider-node` finds (profiles, single sign-on, roles, containers, instances).
 */
export function awsCredentials({
  model,
  option,
  others = [],
}: AwsCredentialSource): SharedCredential<AwsCredentials> {
  let chain: (() => Promise<unknown>) | undefined;
  let isInstalled = true;
  const looked = [...others, ...variables];
  const places = () =>
    option === undefined
      ? `${variablesWith(looked, environment())}${
          isInstalled
            ? ", the files ~/.aws/credentials and ~/.aws/config, and the role of this machine"
            : `; for files, profiles and roles: npm install ${library}`
        }`
      : "the option credentials";

  const find = async (): Promise<unknown> => {
    if (option !== undefined) return typeof option === "function" ? option() : option;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment();
    if (AWS_ACCESS_KEY_ID?.trim() && AWS_SECRET_ACCESS_KEY?.trim())
      return {
        accessKeyId: AWS_ACCESS_KEY_ID.trim(),
        secretAccessKey: AWS_SECRET_ACCESS_KEY.trim(),
        sessionToken: AWS_SESSION_TOKEN?.trim() || undefined,
      };
    chain ??= await loadChain();
    isInstalled = chain !== undefined;
    if (chain !== undefined) return chain();
    throw new MissingConfigurationError(`${model} has no credentials. Looked for: ${places()}`, looked);
  };

  return sharedCredential<AwsCredentials>({
    late: () => lateCredential(model, places()),
    obtain: async (): Promise<IssuedCredential<AwsCredentials>> => {
      try {
        const found = await find();
        if (!isCredentials(found)) {
          dropPromises(found);
          throw new MissingConfigurationError(
            `${model}: credentials must have accessKeyId and secretAccessKey, strings without white space`,
            ["credentials"],
          );
        }
        return { value: found, expiresAt: found.expiration?.getTime() };
      } catch (error) {
        // The chain remembers what it found: the next call begins again.
        chain = undefined;
        throw credentialFailure({
          model,
          error,
          isAbsent: isAbsent(error),
          places: places(),
          variables: looked,
        });
      }
    },
  });
}

async function loadChain(): Promise<(() => Promise<unknown>) | undefined> {
  try {
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    return defaultProvider();
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && /^Could not load credentials from any providers/.test(error.message);
}

const rule = "{ accessKeyId, secretAccessKey }, strings without white space, or a function that returns them";

/** Credentials are not shown. */
export const credentialsOption = {
  is: "checked",
  check(option: string, credentials: AwsCredentialsOption): AwsCredentialsOption {
    if (typeof credentials === "function" || isCredentials(credentials)) return credentials;
    throw new InvalidOptionError(option, notShown, rule);
  },
  optional: true,
  expected: rule,
} as const;

function isCredentials(value: unknown): value is AwsCredentials {
  if (typeof value !== "object" || value === null) return false;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = value as Record<string, unknown>;
  const isDate = expiration === undefined || expiration === null || expiration instanceof Date;
  // The key becomes a part of a header, whose error would quote it.
  return (
    isWord(accessKeyId) &&
    isWord(secretAccessKey) &&
    (sessionToken === undefined || isWord(sessionToken)) &&
    isDate
  );
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}
