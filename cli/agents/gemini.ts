import { readFile } from "node:fs/promises";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import type { Agent } from "./agent.ts";

const settingsVariable = "GEMINI_CLI_SYSTEM_SETTINGS_PATH";

/** Places of the settings of a whole machine, which come before a user's. */
const machineSettings: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: "/Library/Application Support/GeminiCli/settings.json",
  win32: "C:\\ProgramData\\gemini-cli\\settings.json",
  linux: "/etc/gemini-cli/settings.json",
};

type Settings = Readonly<Record<string, unknown>>;

/**
 * Gemini CLI: variables, and settings that choose a key over a login of the user: those of the machine, since these come before a
 * user's, with the choice in them. Tried with 0.61.0, 2026-12-02; bundle/docs/reference/configuration.md of the package.
 */
export const gemini: Agent = {
  title: "Gemini CLI",
  program: "gemini",
  npm: "@google/gemini-cli",
  provider: "google",
  setUp: async ({ url, key, env }) => {
    const own = await settingsIn(env[settingsVariable] || machineSettings[process.platform]);
    const security = own["security"] as { readonly auth?: object } | undefined;
    const auth = { ...security?.auth, selectedType: "gemini-api-key" };
    return {
      env: {
        GOOGLE_GEMINI_BASE_URL: url,
        GEMINI_API_KEY: key,
        GOOGLE_API_KEY: undefined,
        GOOGLE_GENAI_USE_GCA: undefined,
        GOOGLE_GENAI_USE_VERTEXAI: undefined,
      },
      settings: {
        variable: settingsVariable,
        text: JSON.stringify({ ...own, security: { ...security, auth } }),
      },
    };
  },
};

/** Reads settings of the machine, which may have comments. Throws `InvalidOptionError` for a file that is there and cannot be read. */
async function settingsIn(path: string | undefined): Promise<Settings> {
  if (path === undefined) return {};
  try {
    const text = await readFile(path, "utf8");
    return JSON.parse(
      text.replace(/"(?:\\.|[^"\\])*"|\/\/.*|\/\*[\s\S]*?\*\//g, (part) => (part[0] === '"' ? part : "")),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new InvalidOptionError(
      settingsVariable,
      path,
      "a file of JSON that can be read: the run's settings are put on top of it",
    );
  }
}
