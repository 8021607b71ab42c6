import { describe, expect, it } from "vitest";
import { packageVersion } from "../../src/version.ts";
import { runCli } from "../support/run-cli.ts";

const commands = [
  ["demo"],
  ["route"],
  ["decide"],
  ["classify"],
  ["doctor"],
  ["eval"],
  ["eval", "replay"],
  ["eval", "train"],
  ["eval", "check"],
  ["eval", "spend"],
  ["budget"],
  ["budget", "reset"],
  ["logs"],
  ["logs", "delete"],
  ["watch"],
];

describe("the command line", () => {
  it("prints its version", async () => {
    expect(await runCli(["--version"])).toEqual({ exitCode: 0, out: `${packageVersion}\n`, err: "" });
  });

  it.each([[[]], ...commands.map((command) => [command])])(
    "shows an example in the help of %j",
    async (command) => {
      const { exitCode, out, err } = await runCli([...command, "--help"]);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
      expect(out).toContain(`Example:\n`);
      expect(out.split("Example:\n")[1]).toContain(["switchpoint", ...command].join(" "));
    },
  );

  it("names every command in its help", async () => {
    const { out } = await runCli(["--help"]);
    for (const [command] of commands) expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no command", [], /Usage: switchpoint/],
    ["an unknown command", ["rout"], /^switchpoint: unknown command 'rout'[\s\S]*Did you mean route/],
    ["an unknown command of eval", ["eval", "repla"], /unknown command 'repla'/],
    ["an unknown option", ["demo", "--fast"], /^switchpoint: unknown option '--fast'/],
    ["a missing prompt", ["route"], /stdin must be the prompt: give it as an argument/],
    ["a prompt in pieces", ["route", "two", "words"], /too many arguments/],
    ["a missing value", ["decide", "--config"], /argument missing/],
    [
      "options that exclude each other",
      ["route", "hi", "--stream", "--json"],
      /--stream' cannot be used with option '--json/,
    ],
  ])("refuses %s with exit code 2, on stderr", async (_, args, message) => {
    const { exitCode, out, err } = await runCli(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });

  it("shows a typed error in one line, and the stack only with DEBUG", async () => {
    const plain = await runCli(["classify", "--classifier", "magic"]);
    expect(plain).toMatchObject({ exitCode: 2, out: "" });
    expect(plain.err).toBe(
      'switchpoint: --classifier must be one of complexity, length, or the path of a trained file, got "magic"\n',
    );
    const { err } = await runCli(["classify", "--classifier", "magic"], { env: { DEBUG: "1" } });
    expect(err).toMatch(/^switchpoint: --classifier must be .*\n.*\n? +at /);
  });
});
