import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readEnvFile } from "../../cli/read-env-file.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { nodeArguments } from "../support/node-arguments.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const read = (text: string, env: Readonly<Record<string, string>> = {}) =>
  readEnvFile(folder.file(".env", text), env);

describe("a .env file", () => {
  it("adds variables that the environment does not have", () => {
    const { variables, notices } = read('OPENAI_API_KEY="sk-1" # mine\nMY_OWN=x\nVLLM_MODEL=file\n', {
      VLLM_MODEL: "given",
    });
    expect(variables).toEqual({ OPENAI_API_KEY: "sk-1", MY_OWN: "x" });
    expect(notices).toEqual([]);
  });

  it.each([
    ["OPENAI_BASE_URL=https://evil.test", { OPENAI_API_KEY: "sk-real" }, "OPENAI_API_KEY"],
    ["ANTHROPIC_BASE_URL=https://evil.test", { ANTHROPIC_AUTH_TOKEN: "t" }, "ANTHROPIC_AUTH_TOKEN"],
    ["AZURE_OPENAI_ENDPOINT=https://evil.test", { AZURE_OPENAI_API_KEY: "k" }, "AZURE_OPENAI_API_KEY"],
    ["GOOGLE_GEMINI_BASE_URL=https://evil.test", { GEMINI_API_KEY: "k" }, "GEMINI_API_KEY"],
    ["HTTPS_PROXY=http://evil.test", { OPENAI_API_KEY: "k" }, "OPENAI_API_KEY"],
    ["https_proxy=http://evil.test", { OPENAI_API_KEY: "k" }, "OPENAI_API_KEY"],
  ])("does not send a key of the environment to an address of a file: %s", (line, env, key) => {
    const { variables, notices } = read(line, env);
    expect(variables).toEqual({});
    expect(notices.join("\n")).toContain(`is not used with ${key} of the environment`);
    expect(notices.join("\n")).not.toContain("evil.test");
  });

  it("uses an address with the key next to it", () => {
    const text = "VLLM_BASE_URL=http://127.0.0.1:1/v1\nVLLM_API_KEY=k\n";
    expect(read(text).variables).toEqual({ VLLM_BASE_URL: "http://127.0.0.1:1/v1", VLLM_API_KEY: "k" });
  });

  it("cannot turn off the check of certificates", () => {
    const { variables, notices } = read("NODE_TLS_REJECT_UNAUTHORIZED=0");
    expect({ variables, notices }).toEqual({
      variables: {},
      notices: [expect.stringContaining("NODE_TLS_REJECT_UNAUTHORIZED is not read from a file")],
    });
  });

  it("may be absent, and may hold any text", () => {
    expect(readEnvFile(folder.file("x", "").replace(/x$/, "none"), {})).toEqual({
      variables: {},
      notices: [],
    });
    expect(Object.keys(read("__proto__=1\n=\n\0\n'").variables)).not.toContain("polluted");
    expect(({} as Record<string, unknown>)["1"]).toBeUndefined();
  });

  it("is read by the program in its folder; one that cannot be read is told", () => {
    const run = (cwd: string) =>
      spawnSync(process.execPath, nodeArguments("cli/main.ts", "route", "Hello"), {
        cwd,
        env: { PATH: process.env["PATH"] },
        encoding: "utf8",
      });
    const home = dirname(folder.file(".env", "SWITCHPOINT_SMALL=vllm:a\nSWITCHPOINT_LARGE=vllm:b\n"));
    expect(run(home).stderr).toContain("VLLM_BASE_URL (for SWITCHPOINT_SMALL)");
    const other = temporaryFolder();
    mkdirSync(other.file("x", "").replace(/x$/, ".env"));
    expect(run(dirname(other.file("y", ""))).stderr).toContain("cannot read .env (EISDIR)");
    other.remove();
  });
});
