import { readdir, readFile, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import type { Agent } from "./agent.ts";

type Settings = Readonly<Record<string, unknown>>;

/**
 * Gemini CLI: variables, and settings that choose a key, since a login of the user would come before an address. Its home is a folder of
 * the run, where all but these settings are links to the user's own. Tried with 0.61.0, 2026-12-02;
 * docs/reference/configuration.md and docs/cli/enterprise.md of the package: `GEMINI_CLI_HOME`.
 */
export const gemini: Agent = {
  title: "Gemini CLI",
  program: "gemini",
  npm: "@google/gemini-cli",
  provider: "google",
  async setUp({ url, key, env, large }, folder) {
    const own = join(env["GEMINI_CLI_HOME"] || env["HOME"] || homedir(), ".gemini");
    const settings = await settingsIn(join(own, "settings.json"));
    const security = settings["security"] as { readonly auth?: object } | undefined;
    const auth = { ...security?.auth, selectedType: "gemini-api-key" };
    const text = JSON.stringify({ ...settings, security: { ...security, auth } });
    const file = folder.write(".gemini/settings.json", text);
    for (const name of await readdir(own).catch(() => []))
      if (name !== "settings.json") await symlink(join(own, name), join(file, "..", name));
    // Without a model it asks one, before each turn, which to take: there are two choices then.
    const model =
      env["GEMINI_MODEL"] || /^google:(?<name>.+)/.exec(large)?.groups?.["name"] || "gemini-2.5-pro";
    return {
      env: {
        GEMINI_MODEL: model,
        GEMINI_CLI_HOME: folder.path,
        GOOGLE_GEMINI_BASE_URL: url,
        GEMINI_API_KEY: key,
        GOOGLE_API_KEY: undefined,
        GOOGLE_GENAI_USE_GCA: undefined,
        GOOGLE_GENAI_USE_VERTEXAI: undefined,
      },
    };
  },
};

/** Parts of JSON with comments: texts, which stay, and comments. */
const textsAndComments = /"(?:\\.|[^"\\])*"|\/\/.*|\/\*[\s\S]*?\*\//g;

/** Reads settings, which may have comments. Throws `InvalidOptionError` for a file that is there and cannot be read. */
async function settingsIn(file: string): Promise<Settings> {
  try {
    const text = await readFile(file, "utf8");
    return JSON.parse(text.replace(textsAndComments, (part) => (part[0] === '"' ? part : "")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new InvalidOptionError(
      "run gemini",
      file,
      "settings that are JSON: a copy of them serves this run",
    );
  }
}
