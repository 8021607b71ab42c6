import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Environment } from "../src/index.ts";

/** Variables of a file, and those that were left out. */
export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  /** Sentences for people about variables that do not count, without their values. */
  readonly notices: readonly string[];
}

/**
 * Reads the variables of a `.env` file that the environment does not have. A file may come with a folder of
 * another author. So an address does not count next to a key of the environment, which would be
 * sent there, and neither do variables of Node itself, one of which turns off the check of certificates.
 * Throws the errors of reading a file that exists.
 */
export function readEnvFile(path: string, env: Environment): EnvFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { variables: {}, notices: [] };
    throw error;
  }
  const variables: [string, string][] = [];
  const notices: string[] = [];
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value === undefined || env[name]) continue;
    const key = keyBeside(name, env);
    if (name.startsWith("NODE_")) notices.push(`${path}: ${name} is not read from a file`);
    else if (key !== undefined)
      notices.push(`${path}: ${name} is not used with ${key} of the environment: set both in the same place`);
    else variables.push([name, value]);
  }
  return { variables: Object.fromEntries(variables), notices };
}

/** Returns the key of the environment that would be sent to the address in the variable; undefined if there is none. */
function keyBeside(name: string, env: Environment): string | undefined {
  if (!/(?:URL|ENDPOINT|HOST|PROXY)$/i.test(name)) return undefined;
  const [provider = ""] = name.split("_");
  // Keys of Gemini are named after either.
  const providers = /^(?:GOOGLE|GEMINI)$/.test(provider) ? ["GOOGLE", "GEMINI"] : [provider];
  const isProxy = /PROXY$/i.test(name);
  return Object.keys(env).find(
    (key) =>
      Boolean(env[key]) &&
      /(?:KEY|TOKEN)$/.test(key) &&
      (isProxy || providers.some((one) => key.startsWith(`${one}_`))),
  );
}
